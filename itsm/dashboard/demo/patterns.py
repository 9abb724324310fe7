"""What goes wrong in the demo company again and again, and how it ends; all data."""

# ruff: noqa: E501 one record a line

# By service, what people report: title, how it was resolved, code.
REPORTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "mail": (
        (
            "Mailbox is full although I deleted a lot",
            "Archive switched on; the bin was not emptied.",
            "fixed",
        ),
        (
            "Meeting invitation cannot be opened on the phone",
            "Account removed from the phone and added again.",
            "workaround",
        ),
        ("Mails to a customer come back as spam", "Signature of the new domain added.", "fixed"),
    ),
    "vpn": (
        ("VPN asks for the password again and again", "Client updated to 5.1.3.", "fixed"),
        (
            "Very slow through the VPN since this morning",
            "Moved to the second gateway.",
            "workaround",
        ),
        ("No VPN on the new laptop", "Certificate enrolled.", "fixed"),
    ),
    "printing": (
        ("Printer on floor 2 prints blank pages", "Drum replaced.", "fixed"),
        ("Cannot find the printer by the kitchen", "Queue mapped.", "user_error"),
        ("Print jobs disappear", "Spooler restarted.", "fixed"),
    ),
    "laptops": (
        ("Laptop is very hot and loud", "Dust removed, firmware updated.", "fixed"),
        ("Keyboard types double letters", "Keyboard replaced.", "fixed"),
        ("Battery lasts only an hour", "Battery replaced.", "fixed"),
        ("Disk is full", "Old profiles removed.", "fixed"),
    ),
    "identity": (
        ("Locked out after the holidays", "Unlocked and password set anew.", "user_error"),
        ("Second factor is on my old phone", "Factor reset after a call back.", "fixed"),
    ),
    "tills": (
        ("Till 3 in Oslo does not read cards", "Card reader restarted and paired.", "fixed"),
        ("Receipt printer jams in Hamburg", "Roller swapped.", "fixed"),
        ("Till shows yesterday's prices", "Price file loaded again.", "fixed"),
    ),
    "warehouse": (
        ("Labels come out crooked at gate 2", "Label printer adjusted.", "fixed"),
        (
            "Scanner loses its connection by row 40",
            "Access point added to the channel plan.",
            "workaround",
        ),
    ),
    "orders": (
        ("Order is shown twice", "Duplicate removed; retry now checks first.", "fixed"),
        ("Customer got no confirmation", "Queue replayed.", "fixed"),
    ),
    "vouchers": (
        ("Gift card has no balance", "Activated by hand; shop had been offline.", "fixed"),
    ),
    "shop-app": (
        ("App closes when scanning a code", "Fixed with release 7.4.2.", "fixed"),
        ("No push messages since the update", "Tokens renewed.", "fixed"),
    ),
    "newsletter": (
        (
            "Pictures are missing in the newsletter preview",
            "Cache of the preview emptied.",
            "fixed",
        ),
    ),
    "wifi": (
        ("No Wi-Fi in meeting room Aalto", "Access point restarted.", "fixed"),
        ("Guests cannot sign in to the Wi-Fi", "Portal certificate renewed.", "fixed"),
        ("Wi-Fi drops during calls", "Roaming threshold adjusted.", "workaround"),
    ),
    "telephony": (
        ("Hotline is silent when picked up", "Codec order corrected.", "fixed"),
        ("Desk phone shows “not registered”", "Port switched on again.", "fixed"),
    ),
    "erp": (
        ("Cannot post an invoice of last month", "Period opened for a day.", "fixed"),
        ("ERP is slow when opening stock lists", "Statistics of the table refreshed.", "fixed"),
    ),
    "reporting": (
        ("Figures of yesterday are missing", "Nightly job run again.", "fixed"),
        ("Filter by country shows nothing", "No fault: the country had no sales.", "no_fault"),
    ),
    "payroll": (
        ("Time sheet cannot be submitted", "Holiday calendar corrected.", "fixed"),
        ("Payslip cannot be opened", "Password explained.", "user_error"),
    ),
    "file-shares": (
        ("Folder of the project is gone", "Moved by mistake; moved back.", "user_error"),
        ("No access to the finance folder", "Added to the group after approval.", "fixed"),
    ),
    "meeting-rooms": (
        ("Screen in room Ringve stays black", "Cable replaced.", "fixed"),
        ("Room is booked but empty every Monday", "Series of a former colleague removed.", "fixed"),
    ),
    "build": (
        ("Pipelines wait for a runner", "Two runners added.", "fixed"),
        ("Registry refuses to push", "Quota raised.", "fixed"),
    ),
}
# By service, what monitoring sees: title, severity, component, typical minutes.
SEEN: dict[str, tuple[tuple[str, str, str, int], ...]] = {
    "checkout": (
        ("Error rate of checkout above 2 %", "critical", "checkout-eu-2", 16),
        ("Checkout answers slowly: p95 above 1.5 s", "high", "checkout-eu-1", 28),
    ),
    "payments": (
        ("Card network answers slowly", "warning", "payments-eu-1", 22),
        ("Replication of payments-db lags by 40 s", "high", "payments-db", 35),
    ),
    "storage": (("Disk of storage-b is 85 % full", "warning", "storage-b", 240),),
    "search": (("Heap of search-index-2 above 90 %", "high", "search-index-2", 45),),
    "catalog": (("Error rate of the catalogue above 1 %", "warning", "", 12),),
    "orders": (("Queue of orders above 2,000", "high", "orders-queue", 30),),
    "tills": (("Tills of one shop are offline", "high", "till-berlin-04", 50),),
    "internet": (
        ("Packet loss on edge-router-2", "high", "edge-router-2", 25),
        ("Carrier B is down at Oslo", "critical", "edge-router-1", 95),
    ),
    "dns": (("ns-2 does not answer", "high", "ns-2", 9),),
    "erp": (("Nightly batch of the ERP runs late", "warning", "erp-app-1", 70),),
    "reporting": (("Job warehouse-etl failed", "warning", "warehouse-etl", 60),),
    "certificates": (("Certificate expires in 7 days", "warning", "vault-1", 300),),
    "mail": (("Queue of mx-2 above 5,000", "warning", "mx-2", 55),),
    "build": (("runner-1 has no disk space", "warning", "runner-1", 80),),
}
ANSWERS = (
    "Thank you, I am looking at it.", "I can see it here as well. I will come back to you within the hour.",
    "Could you tell me since when you see this?", "This should work again now. Would you try once more?",
)  # fmt: skip
REPLIES = (
    "Since this morning.",
    "Yes, it works again. Thank you!",
    "Still the same, sorry.",
    "Thank you for the quick help.",
)
NOTES = (
    "Same as last week; a problem record is worth considering.", "Logs show nothing unusual before 09:12.",
    "Called the caller back, waiting for the serial number.", "Workaround is in the handbook, page 14.",
    "Rolled back the change of yesterday; watching.", "Vendor confirms, fix planned for the next release.",
)  # fmt: skip
STILL_WRONG = "It is back since a few minutes ago."

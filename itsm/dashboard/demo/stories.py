"""What happened in the demo company lately; all data, oldest first."""

# ruff: noqa: E501 what people wrote stands on one line

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Story:
    """One incident as people told it: when, about what, who said what, and how it ended."""

    hours_ago: float
    service: str
    title: str
    by: str
    text: str = ""
    impact: int = 2
    urgency: int = 2
    assignee: str = ""
    tags: tuple[str, ...] = ()
    confidential: bool = False
    said: tuple[tuple[str, int, bool, str], ...] = ()  # who, minutes later, to the caller, what
    ends: str = "open"  # new, open, waiting, vendor, resolved, closed, withdrawn
    after: int = 90  # minutes until it ended
    code: str = "fixed"
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Outage:
    """One condition monitoring saw: when, how bad, how long (None: still)."""

    hours_ago: float
    service: str
    component: str
    severity: str
    title: str
    text: str
    minutes: int | None
    worked_by: str = ""
    note: str = ""


STORIES = (
    Story(hours_ago=490, service="printing", title="Printer on floor 3 eats paper", by="charlie",
          text="Every second sheet is crumpled. Tray 2.", impact=3, urgency=3, assignee="erin",
          said=(("erin", 30, True, "Thanks Charlie, I will have a look after lunch."),),
          ends="closed", after=210, notes="Cleaned and adjusted the feed rollers."),
    Story(hours_ago=466, service="vpn", title="VPN drops every ten minutes from home", by="frank",
          text="Started with the update on Tuesday. Reconnecting works, but calls break off.",
          assignee="erin", tags=("remote-work",),
          said=(("erin", 22, True, "Which version does the client show under About?"),
                ("frank", 41, True, "5.1.2"),
                ("erin", 58, False, "Same as the three reports of yesterday: 5.1.2 renegotiates too early.")),
          ends="closed", after=300, notes="Rolled back to 5.1.1 until the vendor has a fix."),
    Story(hours_ago=441, service="mail", title="Calendar shows meetings an hour late", by="charlie",
          impact=2, urgency=3, assignee="erin", ends="closed", after=400, code="user_error",
          notes="The time zone of the phone was set by hand; set to automatic."),
    Story(hours_ago=420, service="storage", title="Exports of March are missing", by="frank",
          text="The folder exports/2026-03 is empty since this morning.", assignee="bob",
          said=(("bob", 35, True, "Found them in the archive, moved a month too early. Restoring."),),
          ends="closed", after=160, notes="Restored from the archive; rule corrected.", tags=("data",)),
    Story(hours_ago=372, service="laptops", title="Laptop does not wake up after closing the lid",
          by="charlie", impact=3, urgency=2, assignee="erin", ends="closed", after=1500,
          code="workaround", notes="Firmware 1.18 installed; hibernation off until 1.19."),
    Story(hours_ago=345, service="identity", title="Reset link for the password has expired already",
          by="frank", impact=2, urgency=1, assignee="alice",
          said=(("alice", 9, True, "We are looking at it now; in the meantime I have unlocked you by hand."),
                ("frank", 15, True, "I am in, thank you!"),),
          ends="closed", after=75, notes="Clock of idp-1 was 40 minutes ahead; time service restarted."),
    Story(hours_ago=300, service="catalog", title="Prices of the winter sale show too early",
          by="frank", impact=1, urgency=2, assignee="bob", ends="closed", after=55,
          notes="Start of the campaign was stored in UTC; corrected to local time."),
    Story(hours_ago=262, service="mail", title="Mail to our supplier comes back", by="charlie",
          text="550 5.7.1 rejected. The address is right, it worked last week.", assignee="erin",
          ends="closed", after=620, code="no_fault",
          notes="The supplier's filter listed us for a day; they took us off."),
    Story(hours_ago=215, service="printing", title="Scanner sends to the wrong mailbox", by="frank",
          impact=3, urgency=3, assignee="erin", ends="resolved", after=800,
          notes="Address book of the device cleaned up."),
    Story(hours_ago=190, service="search", title="Search finds nothing for words with umlauts",
          by="charlie", text="“Köln” gives no result, “Koln” does.", assignee="alice",
          said=(("alice", 66, False, "Analyzer of the new index lacks folding. Reindex takes about 40 minutes."),
                ("alice", 70, True, "We know the cause and are rebuilding the index; about an hour."),),
          ends="closed", after=140, notes="Index rebuilt with folding."),
    Story(hours_ago=166, service="laptops", title="Second screen stays black at the dock",
          by="frank", impact=3, urgency=2, assignee="erin", ends="resolved", after=1400,
          code="workaround", notes="Cable swapped; new docks are ordered."),
    Story(hours_ago=120, service="vpn", title="Cannot reach the wiki through the VPN", by="charlie",
          assignee="erin", ends="resolved", after=95, notes="Route to 10.20.0.0/16 was missing."),
    Story(hours_ago=98, service="payments", title="Refunds stay “pending” for two days",
          by="frank", text="Five customers asked today. Order numbers are in the attached list.",
          impact=2, urgency=1, assignee="bob", tags=("finance",),
          said=(("bob", 31, True, "I see 61 refunds stuck since Thursday, 14:10. We are replaying them."),
                ("frank", 44, True, "The first ones have arrived, thank you."),
                ("bob", 80, False, "Cause: the settlement job lost its lock after the failover. Needs a follow-up for the job itself.")),
          ends="resolved", after=170, notes="All 61 refunds replayed, totals compared with the bank's list."),
    Story(hours_ago=75, service="mail", title="Shared mailbox “invoices” asks for a password",
          by="frank", assignee="erin", ends="waiting", after=60,
          said=(("erin", 50, True, "I have renewed the permission. Could you close the program once and say whether it still asks?"),)),
    Story(hours_ago=52, service="catalog", title="Pictures of new articles load slowly",
          by="charlie", impact=2, urgency=3, assignee="bob", ends="vendor", after=120,
          said=(("bob", 100, False, "The CDN serves them uncompressed from Frankfurt only. Ticket with the vendor: CDN-20931."),)),
    Story(hours_ago=30, service="identity", title="Two-factor codes arrive late", by="frank",
          text="Between two and five minutes; by then they have expired.", impact=2, urgency=1,
          assignee="alice", tags=("login",),
          said=(("alice", 12, True, "Confirmed. Codes by app work as usual; those by text message are slow at the carrier."),
                ("alice", 40, False, "Carrier opened case 88-1204. Switching the route needs a change."))),
    Story(hours_ago=28, service="payroll", title="My manager can open my salary statement", by="frank",
          text="She showed me mine on her screen. Please treat this with discretion.", impact=2, urgency=1,
          assignee="hana", confidential=True, tags=("hr",),
          said=(("hana", 20, True, "Thank you for telling us. The folder is closed; I am finding out since when it was open."),
                ("hana", 55, False, "Group HR-Read inherited from the site since the move on the 3rd. Data protection officer informed."))),
    Story(hours_ago=26, service="printing", title="Toner low on floor 2", by="charlie", impact=3,
          urgency=3, ends="new"),
    Story(hours_ago=20, service="storage", title="Upload of large files stops at 2 GB", by="charlie",
          text="The bar stops at 99 % and then begins again.", assignee="bob",
          said=(("bob", 25, True, "Thank you, I can see it here as well. For now, files below 2 GB go through."),)),
    Story(hours_ago=8, service="laptops", title="Fan is loud since the update", by="frank",
          impact=3, urgency=3, ends="new"),
    Story(hours_ago=5, service="checkout", title="Voucher codes are refused at the till", by="frank",
          text="SPRING10 and SPRING20 both say “not valid”. Three shops have called.",
          impact=1, urgency=2, assignee="alice", tags=("shop", "voucher"),
          said=(("alice", 6, True, "We see it too and are on it."),
                ("alice", 24, False, "Release 4.18 compares in upper case only; the codes in the campaign are mixed. Fix is in review."),
                ("frank", 41, True, "One shop says it works when typed in capitals."),
                ("alice", 47, True, "That is a good way around until the fix is out, in about an hour."))),
    Story(hours_ago=2.2, service="vpn", title="No VPN from the hotel network", by="charlie",
          text="It says “gateway not reachable”. The web works.", impact=3, urgency=1, ends="new"),
    Story(hours_ago=0.6, service="mail", title="Out-of-office reply cannot be switched off",
          by="frank", impact=3, urgency=2, ends="new"),
)  # fmt: skip

OUTAGES = (
    Outage(hours_ago=478, service="storage", component="storage-a", severity="warning",
           title="Disk of storage-a is 85 % full", text="Grows by 2 % a day.", minutes=260,
           worked_by="bob", note="Old snapshots deleted, 61 % now."),
    Outage(hours_ago=430, service="search", component="search-index-1", severity="high",
           title="Search answers slowly: p95 above 2 s", text="p95 2.6 s over 10 minutes.",
           minutes=34, worked_by="alice"),
    Outage(hours_ago=386, service="payments", component="payments-db", severity="critical",
           title="Payments database does not accept connections",
           text="0 of 3 checks answered within 5 s.", minutes=18, worked_by="alice",
           note="Failover to the replica done, old primary is being rebuilt."),
    Outage(hours_ago=310, service="mail", component="mx-1", severity="warning",
           title="Queue of mx-1 above 5,000", text="5,412 messages waiting.", minutes=75,
           worked_by="erin"),
    Outage(hours_ago=240, service="identity", component="idp-1", severity="high",
           title="Certificate of idp-1 expires in 6 days", text="CN=login.example.test",
           minutes=300, worked_by="bob", note="Renewed; the timer had been off since the move."),
    Outage(hours_ago=173, service="catalog", component="", severity="warning",
           title="Error rate of the catalogue above 1 %", text="1.4 % over 15 minutes.", minutes=12),
    Outage(hours_ago=128, service="search", component="search-index-2", severity="critical",
           title="search-index-2 is down", text="No answer to health checks for 5 minutes.",
           minutes=41, worked_by="bob", note="Kernel panic; restarted, memory test is running."),
    Outage(hours_ago=70, service="vpn", component="vpn-gw-1", severity="high",
           title="vpn-gw-1: 95 % of sessions in use", text="478 of 500.", minutes=190,
           worked_by="erin"),
    Outage(hours_ago=46, service="payments", component="payments-eu-1", severity="warning",
           title="Card network answers slowly", text="p95 3.1 s, timeout is 5 s.", minutes=22),
    Outage(hours_ago=11, service="search", component="search-index-1", severity="high",
           title="Heap of search-index-1 above 90 %", text="92 % for 20 minutes.", minutes=None,
           worked_by="alice", note="Heap dump taken; a facet over all articles is the suspect."),
    Outage(hours_ago=0.4, service="mail", component="mx-2", severity="critical",
           title="mx-2 does not accept mail", text="Connection refused on port 25.", minutes=None),
)  # fmt: skip

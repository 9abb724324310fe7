"""Who works in the demo company and what it runs; all data."""

PEOPLE = (
    # user name, name, role, team, leads it
    ("dana", "Dana Okafor", "admin", "", False),
    ("alice", "Alice Moreau", "agent", "platform", True),
    ("bob", "Bob Lindqvist", "agent", "platform", False),
    ("erin", "Erin Castellano", "agent", "service-desk", True),
    ("charlie", "Charlie Baker", "requester", "", False),
    ("frank", "Frank Amsel", "requester", "", False),
)
TEAMS = (("platform", "Platform"), ("service-desk", "Service Desk"))
SERVICES = (
    # name, title, tier, team, description
    ("checkout", "Checkout", 1, "platform", "Where customers pay."),
    ("payments", "Payments", 1, "platform", "Talks to the card networks."),
    ("storage", "Storage", 2, "platform", "Object storage for pictures and exports."),
    ("search", "Search", 2, "platform", "Product search of the shop."),
    ("catalog", "Product catalogue", 2, "platform", "What is sold, and at what price."),
    ("identity", "Sign-in", 1, "platform", "Accounts and single sign-on."),
    ("mail", "E-mail", 2, "service-desk", "Mailboxes and calendars."),
    ("vpn", "VPN", 3, "service-desk", "Access from outside the offices."),
    ("printing", "Printing", 4, "service-desk", "Printers and scanners on all floors."),
    ("laptops", "Laptops", 3, "service-desk", "The machines people work on."),
)
NEEDS = (
    ("checkout", "payments"), ("checkout", "identity"), ("checkout", "catalog"),
    ("search", "catalog"), ("catalog", "storage"), ("payments", "identity"), ("mail", "identity"),
)  # fmt: skip
COMPONENTS = (
    # name, kind, service
    ("checkout-eu-1", "pod", "checkout"), ("checkout-eu-2", "pod", "checkout"),
    ("payments-db", "database", "payments"), ("payments-eu-1", "pod", "payments"),
    ("storage-a", "host", "storage"), ("storage-b", "host", "storage"),
    ("search-index-1", "host", "search"), ("search-index-2", "host", "search"),
    ("idp-1", "host", "identity"), ("mx-1", "host", "mail"), ("mx-2", "host", "mail"),
    ("vpn-gw-1", "host", "vpn"), ("printer-3f", "printer", "printing"),
)  # fmt: skip

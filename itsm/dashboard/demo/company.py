"""Nordwind, a retailer with shops and a web shop: who works there and what it runs; all data."""

# ruff: noqa: E501 one record a line

PEOPLE = (
    # The people to sign in as: user name, name, role, team, leads it
    ("dana", "Dana Okafor", "admin", "", False),
    ("alice", "Alice Moreau", "agent", "platform", True),
    ("bob", "Bob Lindqvist", "agent", "platform", False),
    ("erin", "Erin Castellano", "agent", "service-desk", True),
    ("charlie", "Charlie Baker", "requester", "", False),
    ("frank", "Frank Amsel", "requester", "", False),
)
COLLEAGUES = (
    # Everybody else; nobody can sign in as them.
    ("mei", "Mei Tanaka", "agent", "platform", False), ("tomas", "Tomás Herrera", "agent", "platform", False),
    ("ines", "Inês Duarte", "agent", "service-desk", False), ("omar", "Omar Haddad", "agent", "service-desk", False),
    ("lena", "Lena Vogel", "agent", "service-desk", False), ("piotr", "Piotr Zielinski", "agent", "network", True),
    ("sana", "Sana Iqbal", "agent", "network", False), ("jonas", "Jonas Berg", "agent", "network", False),
    ("ruth", "Ruth Adeyemi", "manager", "commerce", True), ("kofi", "Kofi Mensah", "agent", "commerce", False),
    ("elif", "Elif Yilmaz", "agent", "commerce", False), ("marco", "Marco Bianchi", "agent", "commerce", False),
    ("hana", "Hana Novak", "agent", "data", True), ("viktor", "Viktor Lund", "agent", "data", False),
    ("amara", "Amara Diallo", "agent", "data", False), ("grace", "Grace Whitfield", "agent", "security", True),
    ("dmitri", "Dmitri Volkov", "agent", "security", False), ("nora", "Nora Lindgren", "manager", "workplace", True),
    ("samuel", "Samuel Ortiz", "agent", "workplace", False), ("yuki", "Yuki Sato", "agent", "workplace", False),
    ("audrey", "Audrey Klein", "auditor", "", False), ("greta", "Greta Holm", "requester", "", False),
    ("luis", "Luis Romero", "requester", "", False), ("priya", "Priya Raman", "requester", "", False),
    ("oskar", "Oskar Nyström", "requester", "", False), ("chloe", "Chloé Martin", "requester", "", False),
    ("ben", "Ben Carter", "requester", "", False), ("fatima", "Fatima Zahra", "requester", "", False),
    ("henrik", "Henrik Dahl", "requester", "", False), ("sofia", "Sofia Rossi", "requester", "", False),
    ("david", "David Mwangi", "requester", "", False), ("klara", "Klara Weiss", "requester", "", False),
    ("pavel", "Pavel Kučera", "requester", "", False), ("zoe", "Zoë Jansen", "requester", "", False),
)  # fmt: skip
TEAMS = (
    ("platform", "Platform"), ("service-desk", "Service Desk"), ("network", "Network"),
    ("commerce", "Commerce"), ("data", "Data and Finance Systems"), ("security", "Security"),
    ("workplace", "Workplace"),
)  # fmt: skip
SERVICES = (
    # name, title, tier, team, description
    ("checkout", "Checkout", 1, "platform", "Where customers pay."),
    ("payments", "Payments", 1, "platform", "Talks to the card networks."),
    ("storage", "Storage", 2, "platform", "Object storage for pictures and exports."),
    ("search", "Search", 2, "platform", "Product search of the shop."),
    ("catalog", "Product catalogue", 2, "platform", "What is sold, and at what price."),
    ("identity", "Sign-in", 1, "platform", "Accounts and single sign-on."),
    ("build", "Build and deploy", 3, "platform", "Pipelines and the image registry."),
    ("mail", "E-mail", 2, "service-desk", "Mailboxes and calendars."),
    ("vpn", "VPN", 3, "service-desk", "Access from outside the offices."),
    ("printing", "Printing", 4, "service-desk", "Printers and scanners on all floors."),
    ("laptops", "Laptops", 3, "service-desk", "The machines people work on."),
    ("orders", "Order processing", 1, "commerce", "From the basket to the warehouse."),
    ("shop-app", "Shop app", 2, "commerce", "The app for phones."),
    ("vouchers", "Vouchers", 3, "commerce", "Gift cards and campaign codes."),
    ("tills", "Tills", 1, "commerce", "Tills and card readers in 84 shops."),
    ("warehouse", "Warehouse", 1, "commerce", "Picking, packing and labels."),
    ("newsletter", "Newsletter", 4, "commerce", "Campaign mails."),
    ("internet", "Internet uplinks", 1, "network", "Two carriers to each site."),
    ("dns", "DNS", 1, "network", "Names, inside and outside."),
    ("wifi", "Wi-Fi", 3, "network", "Offices, shops and guests."),
    ("telephony", "Telephony", 2, "network", "Desk phones and the hotline."),
    ("erp", "ERP", 1, "data", "Purchasing, stock and books."),
    ("reporting", "Reporting", 3, "data", "Dashboards and the nightly figures."),
    ("payroll", "Payroll", 2, "data", "Salaries and time sheets."),
    ("certificates", "Certificates", 2, "security", "Keys, secrets and their renewal."),
    ("file-shares", "File shares", 3, "workplace", "Shared folders."),
    ("meeting-rooms", "Meeting rooms", 4, "workplace", "Screens, cameras and booking."),
)
NEEDS = (
    ("checkout", "payments"), ("checkout", "identity"), ("checkout", "catalog"), ("checkout", "vouchers"),
    ("search", "catalog"), ("catalog", "storage"), ("payments", "identity"), ("mail", "identity"),
    ("payments", "internet"), ("orders", "checkout"), ("orders", "erp"), ("warehouse", "orders"),
    ("shop-app", "checkout"), ("shop-app", "search"), ("tills", "payments"), ("tills", "vouchers"),
    ("tills", "internet"), ("newsletter", "mail"), ("identity", "dns"), ("identity", "certificates"),
    ("mail", "dns"), ("vpn", "identity"), ("vpn", "internet"), ("wifi", "dns"), ("telephony", "internet"),
    ("reporting", "erp"), ("payroll", "erp"), ("erp", "storage"), ("file-shares", "identity"),
    ("build", "storage"), ("meeting-rooms", "wifi"),
)  # fmt: skip
COMPONENTS = (
    # name, kind, service
    ("checkout-eu-1", "pod", "checkout"), ("checkout-eu-2", "pod", "checkout"), ("checkout-eu-3", "pod", "checkout"),
    ("payments-db", "database", "payments"), ("payments-eu-1", "pod", "payments"), ("payments-eu-2", "pod", "payments"),
    ("storage-a", "host", "storage"), ("storage-b", "host", "storage"), ("search-index-1", "host", "search"),
    ("search-index-2", "host", "search"), ("catalog-db", "database", "catalog"), ("idp-1", "host", "identity"),
    ("idp-2", "host", "identity"), ("runner-1", "host", "build"), ("registry-1", "host", "build"),
    ("mx-1", "host", "mail"), ("mx-2", "host", "mail"), ("vpn-gw-1", "host", "vpn"), ("vpn-gw-2", "host", "vpn"),
    ("printer-2f", "printer", "printing"), ("printer-3f", "printer", "printing"), ("orders-queue", "queue", "orders"),
    ("orders-eu-1", "pod", "orders"), ("voucher-db", "database", "vouchers"), ("till-berlin-04", "till", "tills"),
    ("till-oslo-01", "till", "tills"), ("label-printer-7", "printer", "warehouse"), ("scanner-gate-2", "scanner", "warehouse"),
    ("edge-router-1", "router", "internet"), ("edge-router-2", "router", "internet"), ("ns-1", "host", "dns"),
    ("ns-2", "host", "dns"), ("wlc-1", "controller", "wifi"), ("sbc-1", "host", "telephony"), ("erp-app-1", "host", "erp"),
    ("erp-db", "database", "erp"), ("warehouse-etl", "job", "reporting"), ("vault-1", "host", "certificates"),
    ("nas-1", "host", "file-shares"), ("nas-2", "host", "file-shares"),
)  # fmt: skip
HOLIDAYS = ("01-01", "05-01", "12-25", "12-26")

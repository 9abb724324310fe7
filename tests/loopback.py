"""How tests ask what runs beside them, without TLS."""

import ssl

# Given as `verify`: httpx reads all authorities of the world for each request that brings none.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

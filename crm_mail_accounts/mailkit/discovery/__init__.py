"""Find my settings: from an address alone to the servers behind it.

find.py          the order of the sources, and when enough is known
providers.py     the provider table: by domain, by MX, by server name
srv.py           RFC 6186 and RFC 8314: what the domain says in the DNS
autoconfig.py    the configuration file of the domain: where it is asked for
autoconfig_xml.py  and what it says
candidates.py    usual names, when nobody says anything
asking.py        the doors, the time that is left, the notes
proposal.py      the values that come out
address.py       the address that goes in

Nothing here opens a connection: the DNS and HTTPS are handed in (``lookup``).
Nobody but the mail domain itself is asked, so no third party learns who has
an account here.
"""

"""What the benchmarks of the sync engine share.

``servers`` the mail server and mailboxes full of small mails, ``raw`` a bare client
for floors, ``proxy`` counts bytes and hides extensions, ``engine`` one turn of the
worker and what it cost, ``report`` the last line.
"""

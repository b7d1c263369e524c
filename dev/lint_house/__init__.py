"""dev/lint: the linters of this repository, each in its pinned version.

tools.py     installs them below `.dev/lint`, once for each content of the version files
linters.py   the table: which linter looks at which files, and by what command
text_rule.py a linter of our own, for what no other looks at: line ends, last lines...
__main__.py  the command line, one line of output for each linter

The set is that of the OCA's template for Odoo 19.0, and ../import_rule.py.
"""

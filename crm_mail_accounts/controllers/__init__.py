from . import chatter
from . import compose
from . import export
from . import message
from . import oauth

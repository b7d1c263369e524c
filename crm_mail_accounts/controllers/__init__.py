from . import chatter
from . import compose
from . import message
from . import oauth

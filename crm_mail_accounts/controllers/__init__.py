from . import message
from . import oauth

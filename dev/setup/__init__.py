"""Set-up behind dev/run, dev/test, dev/bench and dev/stop; standard library only."""

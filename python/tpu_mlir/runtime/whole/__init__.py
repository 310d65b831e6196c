"""Models as their users see them: networks on the chip and parts on the host, run in turn."""

"""How gunicorn serves the site, under `make run` and in service; the command line wins."""

import gc

from gunicorn.glogging import Logger

from portal.logs import OneLineFormatter


class OneLineLogger(Logger):
    """gunicorn's own lines are made as the site's are: nobody outside writes a second one."""

    def setup(self, cfg):
        super().setup(cfg)
        lines = ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt))
        for log, line in lines:
            for handler in log.handlers:
                handler.setFormatter(OneLineFormatter(line, self.datefmt))


logger_class = OneLineLogger
worker_class = "gthread"
workers = 2
threads = 4
# Loaded once, before the workers: a wrong setting ends the start with its one sentence. A worker
# that cannot boot would be started again without end.
preload_app = True
control_socket_disable = True


def when_ready(server):
    """What is loaded stays: the collector looks at none of it, and the workers share its memory."""
    gc.collect()
    gc.freeze()

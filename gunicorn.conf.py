"""How gunicorn serves the site, under `make run` and in service; the command line wins."""

worker_class = "gthread"
workers = 2
threads = 4
# Loaded once, before the workers: a wrong setting ends the start with its one sentence. A worker
# that cannot boot would be started again without end.
preload_app = True
control_socket_disable = True

"""Makes the .env of a new installation: `python -m portal.dotenv FILE`. Knows no Django.

An .env that is there is never touched.
"""

import os
import secrets
import socket
import sys
from pathlib import Path

TEMPLATE = """\
# Thiết lập của máy này; mọi biến: .env.example. Tệp chứa khoá bí mật, không đưa lên kho mã nguồn.
SECRET_KEY={secret}
ALLOWED_HOSTS=localhost,127.0.0.1,{host}
"""


def make(path: Path) -> bool:
    """Write the file, readable by its owner alone; False if there is one already."""
    content = TEMPLATE.format(secret=secrets.token_urlsafe(50), host=socket.gethostname().lower())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    return True


if __name__ == "__main__":
    if make(Path(sys.argv[1])):
        sys.stdout.write(f"Đã tạo tệp {sys.argv[1]} với khoá bí mật riêng của máy này.\n")

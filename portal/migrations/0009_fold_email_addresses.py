"""E-mail addresses in small letters, before 0007 lets each exist once.

Two accounts that differ in nothing else stop the migration with a sentence that names them.
"""

from collections import defaultdict

from django.core.management import CommandError
from django.db import migrations


def fold_addresses(apps, schema_editor):
    users = apps.get_model("portal", "User").objects.order_by("pk")
    rows = list(users.values_list("pk", "username", "email"))
    for name, place in (("tên đăng nhập", 1), ("thư điện tử", 2)):
        refuse_clashes(name, rows, place)
    for pk, _username, email in rows:
        users.filter(pk=pk).update(email=email.lower())


def refuse_clashes(name, rows, place):
    same = defaultdict(list)
    for row in rows:
        same[row[place].lower()].append(row)
    clashes = [
        ", ".join(f"{username} ({email})" for _pk, username, email in group)
        for group in same.values()
        if len(group) > 1
    ]
    if clashes:
        raise CommandError(
            f"Có tài khoản trùng {name} (chỉ khác chữ hoa, chữ thường): {'; '.join(clashes)}. "
            "Xin sửa hoặc xoá bớt tài khoản trùng, rồi chạy lại migrate."
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0008_sign_in")]

    operations = [migrations.RunPython(fold_addresses, migrations.RunPython.noop)]

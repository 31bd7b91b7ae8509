"""`manage.py reset_second_factor TÊN`: for the one who has nobody else to ask."""

from django.core.management import BaseCommand, CommandError

from portal.accounts.backend import find_account
from portal.accounts.second_factor import reset_second_factor


class Command(BaseCommand):
    help = "Bỏ bước xác thực thứ hai của một tài khoản (mất điện thoại), để đăng ký lại."

    def add_arguments(self, parser):
        parser.add_argument("name", help="tên đăng nhập hoặc thư điện tử")

    def handle(self, *, name, **options):
        user = find_account(name)
        if user is None:
            raise CommandError(f"Không có tài khoản nào tên “{name}”.")
        had_one = reset_second_factor(user, actor="manage.py reset_second_factor")
        said = "Đã bỏ bước xác thực thứ hai" if had_one else "Chưa có bước xác thực thứ hai"
        self.stdout.write(f"{said}: {user.username}. Mọi phiên làm việc của tài khoản đã kết thúc.")

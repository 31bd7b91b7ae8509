"""People of the newsroom, signed in."""

import pytest

from tests.factories import make_user


@pytest.fixture
def editor(client):
    user = make_user(groups=["Duyệt đăng"])
    client.force_login(user)
    return user


@pytest.fixture
def writer(client):
    user = make_user(groups=["Phóng viên"])
    client.force_login(user)
    return user

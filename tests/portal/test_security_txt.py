import datetime

import pytest
import time_machine

from tests.portal.test_start import run

pytestmark = pytest.mark.django_db
ADDRESS = "/.well-known/security.txt"


@time_machine.travel(datetime.datetime(2026, 11, 28, 22, 30, tzinfo=datetime.UTC))
def test_security_txt_names_the_contacts_and_runs_out_in_half_a_year(client, settings):
    settings.SECURITY_CONTACT = ["mailto:baomat@example.gov.vn", "tel:+842053871906"]
    answer = client.get(ADDRESS)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == (
        "Contact: mailto:baomat@example.gov.vn\n"
        "Contact: tel:+842053871906\n"
        "Expires: 2027-05-27T00:00:00Z\n"
        "Preferred-Languages: vi, en\n"
        "Canonical: http://testserver/.well-known/security.txt\n"
    )


def test_without_a_contact_there_is_no_security_txt(client):
    assert client.get(ADDRESS).status_code == 404


def test_an_address_of_mail_gets_its_scheme():
    code = "from portal import settings; print(settings.SECURITY_CONTACT)"
    result = run("-c", code, SECURITY_CONTACT="a@b.vn,https://b.vn/bao-loi")
    assert result.stdout.strip() == "['mailto:a@b.vn', 'https://b.vn/bao-loi']"

"""What the sample content says: the report the portal was ordered with, and samples cut from it.

The report's words are its author's and stay as they are, slips included. Every paragraph of the
samples is a sentence or an item of that report; their titles and bylines say that they are
samples, so that nobody takes one for news.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.html import escape

_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

AGENCY = {
    "name": "Sở Khoa học và Công nghệ tỉnh Lạng Sơn",
    "short_name": "Sở KH&CN",
    "aliases": "Sở KHCN\nSở KH&CN Lạng Sơn\nSở KHCN Lạng Sơn",
}
CONTACT = {
    "label": "Văn phòng Sở",
    "address": "Số 438 đường Bà Triệu, phường Đông Kinh, thành phố Lạng Sơn, tỉnh Lạng Sơn",
    "phone": "(0205) 3.871.906",
    "fax": "(0205) 3.872.075",
    "email": "skhcn@langson.gov.vn",
}
SUPERIOR_BODY = "UBND tỉnh Lạng Sơn"
DIRECTOR = "Nguyễn Thị Hà"

OFFICE = "Văn phòng Sở"
SCIENCE_DIVISION = "Phòng Quản lý khoa học"
QUALITY_BRANCH = "Chi cục Tiêu chuẩn – Đo lường – Chất lượng"
UNITS = {OFFICE: "division", SCIENCE_DIVISION: "division", QUALITY_BRANCH: "sub_department"}
UNIT_NOTE = "<p>Đơn vị mẫu, để xem trang của một đơn vị trông thế nào.</p>"

ACTIVITIES = "Hoạt động của Sở"
SCIENCE = "Quản lý khoa học"
PROPERTY = "Sở hữu trí tuệ"
QUALITY = "Tiêu chuẩn – Đo lường – Chất lượng"
TECHNOLOGY = "Quản lý công nghệ"
CATEGORIES = {
    ACTIVITIES: "Hội nghị, kế hoạch công tác và tin của Sở.",
    SCIENCE: "Đề tài, dự án khoa học và kết quả nghiệm thu.",
    PROPERTY: "Bảo hộ sở hữu trí tuệ, xây dựng thương hiệu cho sản phẩm của địa phương.",
    QUALITY: "Kiểm định, kiểm nghiệm, thanh tra và quản lý chất lượng.",
    TECHNOLOGY: "Chuyển giao, ứng dụng tiến bộ kỹ thuật vào sản xuất và đời sống.",
}

# Alt texts of the drawings: what is to be seen, whatever caption stands below.
PICTURES = {
    "speaker": "Hình vẽ một phụ nữ đứng phát biểu sau bục gỗ có hoa, phía sau là phông đỏ với "
    "ngôi sao vàng",
    "delegates": "Hình vẽ nhiều người ngồi trong hội trường nhìn từ phía sau, trước mặt là sân "
    "khấu với phông đỏ",
    "star-anise": "Hình vẽ những cánh hoa hồi tám cánh màu nâu trên nền sáng",
    "scales": "Hình vẽ chiếc cân hai đĩa, một bên đặt các quả cân, một bên đặt gói hàng",
    "glassware": "Hình vẽ bình thuỷ tinh và giá ống nghiệm đựng chất lỏng nhiều màu trên bàn "
    "thí nghiệm",
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """One article to load; `photos`: (picture, caption) in the order of their figures."""

    title: str
    publish_at: datetime
    category: str
    body: str
    unit: str = AGENCY["name"]
    kind: str = "news"
    byline: str = "Bài mẫu"
    photos: tuple[tuple[str, str], ...] = ()
    conference: dict = field(default_factory=dict)
    is_chaired: bool = False
    is_featured: bool = False
    attachment: str = ""


REPORT = Story(
    kind="report",
    title=(
        "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2017 và triển khai nhiệm vụ, "
        "kế hoạch công tác năm 2018"
    ),
    publish_at=datetime(2018, 1, 23, 4, 11, tzinfo=_VIETNAM),
    category=ACTIVITIES,
    byline="Hưng Đức",
    body=Path(__file__).with_name("hoi_nghi.html").read_text(encoding="utf-8"),
    photos=(
        ("speaker", "Đ/c Nguyễn Thị Hà, Giám đốc Sở KH&CN phát biểu tại Hội nghị"),
        ("delegates", "Các đại biểu tham dự Hội nghị"),
    ),
    conference={
        "held_on": date(2018, 1, 19),
        "review_year": 2017,
        "plan_year": 2018,
        "participants": (
            "Các đồng chí lãnh đạo Sở KHCN; đại diện lãnh đạo một số Sở, ban, ngành; đại diện "
            "lãnh đạo một số UBND huyện, phòng Kinh tế và Hạ tầng, phòng Nông nghiệp các huyện, "
            "cùng toàn thể cán bộ, công chức, viên chức Sở KHCN"
        ),
    },
    is_chaired=True,
    is_featured=True,
)


def _sample(title: str, day: tuple[int, int, int], paragraphs: list[str], **rest) -> Story:
    """A sample published at eight in the morning, its picture after the first paragraph."""
    blocks = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    if picture := rest.pop("picture", ""):
        rest["photos"] = ((picture, ""),)
        blocks.insert(1, '<figure data-photo="1"></figure>')
    return Story(
        title=f"{title} (bài mẫu)",
        publish_at=datetime(*day, 8, 0, tzinfo=_VIETNAM),
        body="".join(blocks),
        **rest,
    )


_REVIEW = [
    (
        "Thảo luận tại hội nghị, Hội nghị đã được nghe nhiều ý kiến đóng góp, phát biểu đề xuất, "
        "kiến nghị từ các đại biểu tham dự."
    ),
    (
        "Đồng thời, Hội nghị cũng đã tóm tắt những nội dung kiến nghị với Bộ KH&CN, với UBND "
        "tỉnh, nhằm đưa hoạt động KHCN của tỉnh phát triển nhanh và hiệu quả hơn trong thời gian "
        "tới."
    ),
]

SAMPLES = (
    _sample(
        "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2016",
        (2017, 1, 20),
        _REVIEW,
        kind="report",
        category=ACTIVITIES,
        picture="delegates",
        conference={"held_on": date(2017, 1, 19), "review_year": 2016, "plan_year": 2017},
        attachment="Tài liệu mẫu",
    ),
    _sample(
        "Hội nghị tổng kết hoạt động khoa học công nghệ năm 2015",
        (2016, 1, 22),
        _REVIEW[::-1],
        kind="report",
        category=ACTIVITIES,
        conference={"held_on": date(2016, 1, 21), "review_year": 2015, "plan_year": 2016},
    ),
    _sample(
        "Công tác tham mưu được quan tâm",
        (2017, 12, 18),
        [
            (
                "Công tác tham mưu được quan tâm nhằm tháo gỡ những khó khăn vướng mắc trong quá "
                "trình triển khai, tạo nguồn lực pháp lý phục vụ phát triển KHCN trong thời gian "
                "tới."
            ),
            (
                "Thông qua công tác thanh tra, kiểm tra đã tăng cường công tác tuyên truyền, phổ "
                "biến các quy định của pháp luật về khoa học và công nghệ trong kinh doanh."
            ),
        ],
        category=ACTIVITIES,
        unit=OFFICE,
    ),
    _sample(
        "Kiện toàn, nâng cao hiệu quả hoạt động của các đơn vị sự nghiệp",
        (2018, 1, 15),
        [
            (
                "Kiện toàn, nâng cao hiệu quả hoạt động của các đơn vị sự nghiệp khoa học và công "
                "nghệ."
            ),
            (
                "Làm tốt công tác cung cấp dịch vụ kiểm định, kiểm nghiệm phục vụ quản lý nhà "
                "nước và nhu cầu của người dân."
            ),
        ],
        kind="notice",
        category=ACTIVITIES,
        unit=OFFICE,
    ),
    _sample(
        "Nhiều đề tài, dự án được Hội đồng KH&CN tỉnh nghiệm thu",
        (2017, 11, 22),
        [
            (
                "Cụ thể là : nhiều đề tài, dự án được Hội đồng KH&CN tỉnh nghiệm thu, đánh giá "
                "đạt kết quả tốt."
            ),
            (
                "Kết quả của các đề tài, dự án sau khi nghiệm thu đã được tổ chức tuyên truyền và "
                "phổ biến để áp dụng trong thực tế sản xuất và đời sống, phục vụ phát triển kinh "
                "tế xã hội của tỉnh."
            ),
        ],
        category=SCIENCE,
        unit=SCIENCE_DIVISION,
        picture="glassware",
    ),
    _sample(
        "Luận cứ, số liệu và giải pháp có giá trị khoa học và thực tiễn",
        (2017, 9, 12),
        [
            (
                "Kết quả của các đề tài này có thể cung cấp nhiều luận cứ, số liệu và giải pháp "
                "có giá trị khoa học và thực tiễn, làm cơ sở giúp cho các cấp lãnh đạo quản lý "
                "trong quá trình chỉ đạo, điều hành."
            ),
            "Từ đó, góp phần vào sự nghiệp phát triển kinh tế - xã hội chung của tỉnh.",
        ],
        category=SCIENCE,
        unit=SCIENCE_DIVISION,
    ),
    _sample(
        "Công tác đào tạo đội ngũ cán bộ KHCN tại các huyện",
        (2018, 1, 8),
        [
            "Công tác đào tạo đội ngũ cán bộ KHCN tại các huyện cũng cần được củng cố,...",
            "Đối với những đề tài, dự án đã được triển khai tại các huyện cần phải được nhân rộng.",
        ],
        kind="notice",
        category=SCIENCE,
        unit=SCIENCE_DIVISION,
    ),
    _sample(
        "Quyền sở hữu trí tuệ cho các sản phẩm đặc sản của địa phương",
        (2017, 10, 5),
        [
            (
                "Đẩy mạnh hoạt động đăng ký bảo hộ, quản lý và phát triển quyền sở hữu trí tuệ "
                "cho các sản phẩm đặc sản của địa phương."
            ),
            (
                "Các hoạt động quản lý nhà nước về KHCN trên địa bàn tỉnh như: Quản lý công nghệ "
                "; Sở hữu trí tuệ ; Tiêu chuẩn đo lường chất lượng,.. được triển khai đồng bộ và "
                "hiệu quả."
            ),
        ],
        category=PROPERTY,
        picture="star-anise",
    ),
    _sample(
        "Tư vấn, hỗ trợ để các tổ chức và cá nhân thực hiện quyền bảo hộ sở hữu trí tuệ",
        (2017, 6, 14),
        [
            (
                "Các hoạt động KHCN tập trung vào công tác tư vấn, hỗ trợ để các tổ chức và cá "
                "nhân thực hiện quyền bảo hộ sở hữu trí tuệ, sở hữu công nghiệp, xây dựng thương "
                "hiệu, áp dụng hệ thống quản lý chất lượng theo tiêu chuẩn ISO, xây dựng các mô "
                "hình chuyển giao ứng dụng các tiến bộ KHCN nhằm nâng cao năng suất, chất lượng "
                "sản phẩm, góp phần xây dựng nông thôn mới trên địa bàn tỉnh,…"
            ),
        ],
        category=PROPERTY,
    ),
    _sample(
        "Thanh tra, kiểm tra về tiêu chuẩn đo lường chất lượng, ghi nhãn hàng hóa",
        (2017, 8, 17),
        [
            (
                "Đặc biệt trong thời gian qua, Sở KHCN còn tổ chức và phối hợp với các cơ quan có "
                "liên quan trên địa bàn tỉnh triển khai thực hiện có hiệu quả các đợt thanh tra, "
                "kiểm tra về tiêu chuẩn đo lường chất lượng, ghi nhãn hàng hóa và Sở hữu trí tuệ "
                "đối với sản phẩm điện, điện tử, Taximet,..."
            ),
            (
                "Thông qua công tác thanh tra, kiểm tra đã tăng cường công tác tuyên truyền, phổ "
                "biến các quy định của pháp luật về khoa học và công nghệ trong kinh doanh."
            ),
        ],
        category=QUALITY,
        unit=QUALITY_BRANCH,
        picture="scales",
    ),
    _sample(
        "Góp phần hạn chế buôn bán hàng giả, hàng kém chất lượng",
        (2017, 4, 26),
        [
            (
                "Qua đó, góp phần nâng cao ý thức, nhận thức của người sản xuất, kinh doanh và "
                "người tiêu dùng trên địa bàn tỉnh trong việc thực hiện các quy định của nhà "
                "nước, góp phần hạn chế buôn bán hàng giả, hàng kém chất lượng, hàng không đủ "
                "chất lượng và chống gian lận thương mại trên địa bàn tỉnh."
            ),
        ],
        category=QUALITY,
        unit=QUALITY_BRANCH,
    ),
    _sample(
        "Cung cấp dịch vụ kiểm định, kiểm nghiệm",
        (2017, 12, 28),
        [
            (
                "Làm tốt công tác cung cấp dịch vụ kiểm định, kiểm nghiệm phục vụ quản lý nhà "
                "nước và nhu cầu của người dân."
            ),
        ],
        kind="notice",
        category=QUALITY,
        unit=QUALITY_BRANCH,
    ),
    _sample(
        "Chuyển giao, ứng dụng các thành tựu KH&CN mới",
        (2017, 7, 20),
        [
            (
                "Thường xuyên phối hợp với các ngành chức năng trong tỉnh, các cơ quan nghiên cứu "
                "ở trong nước và ngoài nước để tiếp cận, nắm bắt, chuyển giao, ứng dụng các thành "
                "tựu KH&CN mới, nhất là công nghệ sinh học, công nghệ vật liệu mới vào sản xuất "
                "và đời sống, phục vụ phát triển kinh tế xã hội ở địa phương..."
            ),
        ],
        category=TECHNOLOGY,
        picture="glassware",
    ),
    _sample(
        "Đẩy mạnh công tác nghiên cứu, ứng dụng các tiến bộ KHCN",
        (2017, 3, 9),
        [
            (
                "Đẩy mạnh công tác nghiên cứu, ứng dụng các tiến bộ KHCN góp phần đẩy nhanh quá "
                "trình chuyển dịch cơ cấu nông nghiệp gắn với xây dựng nông thôn mới đáp ứng có "
                "hiệu quả nhiệm vụ phát triển kinh tế xã hội của địa phương."
            ),
        ],
        category=TECHNOLOGY,
        picture="star-anise",
    ),
)

STORIES = (REPORT, *SAMPLES)

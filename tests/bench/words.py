"""The words of the benchmark's articles: sentences with places for names, days and numbers.

Beside the sentences of the sample content these keep the articles apart from one another, so that
search finds few of them under one name and many under a common phrase, as on a real site.
"""

from pathlib import Path

PLACES = (
    "Bắc Sơn|Bình Gia|Cao Lộc|Chi Lăng|Đình Lập|Hữu Lũng|Lộc Bình|Tràng Định|Văn Lãng|Văn Quan|"
    "thành phố Lạng Sơn|thị trấn Đồng Đăng|xã Vũ Lễ|xã Tân Thành|xã Hoàng Văn Thụ|xã Mẫu Sơn|"
    "xã Quỳnh Sơn|xã Hưng Đạo|xã Yên Khoái|xã Tú Đoạn|xã Gia Cát|xã Hợp Thành|xã Thạch Đạn|"
    "xã Bằng Mạc|xã Vân Nham|xã Đồng Tân|xã Cai Kinh|xã Chi Lăng|xã Thượng Cường|xã Mai Sao|"
    "xã Đề Thám|xã Kháng Chiến|xã Tri Phương|xã Quốc Khánh|xã Hội Hoan|xã Tân Mỹ|xã Thụy Hùng|"
    "xã Điềm He|xã Tràng Phái|xã Khánh Khê|xã Bính Xá|xã Kiên Mộc|xã Châu Sơn|xã Lâm Ca"
).split("|")

PRODUCTS = (
    "hoa hồi|na dai|quýt vàng|hồng không hạt Bảo Lâm|thạch đen|khoai lang|lạc đỏ|chè Shan tuyết|"
    "lợn quay|vịt quay|rau bò khai|măng mai|mật ong rừng|cá nước lạnh|ngựa bạch|gà sáu ngón|"
    "ba kích|sa nhân tím|kim ngân|đẳng sâm|thông mã vĩ|keo lai|bạch đàn|lúa nếp cái hoa vàng|"
    "ớt chỉ thiên|dưa hấu|bưởi Diễn|cam Canh|đào Mẫu Sơn|rượu men lá"
).split("|")

SUBJECTS = (
    "chuyển đổi số|sở hữu trí tuệ|đo lường chất lượng|an toàn bức xạ|thông tin khoa học|"
    "ứng dụng công nghệ sinh học|bảo vệ môi trường|xây dựng nông thôn mới|đổi mới sáng tạo|"
    "chuyển giao công nghệ|hệ thống quản lý chất lượng ISO 9001|truy xuất nguồn gốc|mã số mã vạch|"
    "năng lượng mặt trời|công nghệ vật liệu mới|giống cây trồng|giống vật nuôi|y dược cổ truyền|"
    "phòng chống thiên tai|bảo tồn văn hoá dân tộc|du lịch cộng đồng|giáo dục STEM|"
    "khởi nghiệp sáng tạo|kiểm định phương tiện đo|ghi nhãn hàng hoá|thanh tra taximet|"
    "xăng dầu|vàng trang sức|mũ bảo hiểm|đồ chơi trẻ em"
).split("|")

SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Nông Vi Hứa Lương Bế Đinh Lý Chu Triệu Đàm Phùng".split()
MIDDLE_NAMES = "Văn Thị Đức Minh Hồng Quang Thanh Ngọc Xuân Hữu".split()
GIVEN_NAMES = (
    "Hà Hạ Hải Hằng Hạnh Hoa Hoà Huệ Hùng Hương Lan Liên Linh Loan Long Mai Nam Nga Ngân Nhung "
    "Phúc Phương Quân Quý Sơn Tâm Thảo Thắng Thịnh Thu Thuỷ Tiến Toàn Trang Trung Tuấn Tùng Tú "
    "Việt Vinh Yến Bình Cường Dũng Dung Đạt Giang Khánh"
).split()

TITLES = (
    "Nghiệm thu đề tài nghiên cứu về {subject} tại {place}",
    "Tập huấn về {subject} cho cán bộ {place}",
    "Hội nghị tổng kết công tác {subject} năm {year}",
    "Kiểm tra {subject} trên địa bàn {place}",
    "Mô hình trồng {product} theo hướng hàng hoá ở {place}",
    "Bảo hộ nhãn hiệu tập thể cho sản phẩm {product} của {place}",
    "Sở Khoa học và Công nghệ làm việc với {place} về {subject}",
    "Đề tài nghiên cứu ứng dụng tiến bộ kỹ thuật phát triển {product} tại {place}",
    "Hội thảo khoa học về {subject} và phát triển {product}",
    "Kế hoạch triển khai {subject} giai đoạn {year} – {later}",
    "Quyết định số {number}/QĐ-UBND về việc phê duyệt dự án {product}",
    "Đoàn công tác của Bộ KH&CN khảo sát {subject} tại {place}",
    "Chỉ dẫn địa lý cho {product}: kết quả sau {count} năm",
    "Thanh tra chuyên đề về {subject} tại {count} cơ sở",
    "Doanh nghiệp {place} đổi mới công nghệ chế biến {product}",
    "Ngày hội {subject} năm {year} tại {place}",
)

SENTENCES = Path(__file__).with_name("sentences.txt").read_text("utf-8").splitlines()

CAPTIONS = (
    "Đ/c {person} phát biểu tại hội nghị về {subject}",
    "Các đại biểu tham dự hội thảo ở {place}",
    "Mô hình {product} tại {place}",
    "Đoàn công tác kiểm tra {subject} tại {place}",
    "Quang cảnh buổi làm việc ngày {day}",
)

DIVISIONS = (
    "Văn phòng Sở|Thanh tra Sở|Phòng Kế hoạch – Tài chính|Phòng Quản lý khoa học|"
    "Phòng Quản lý công nghệ|Phòng Quản lý chuyên ngành|Phòng Sở hữu trí tuệ|"
    "Phòng Bưu chính – Viễn thông|Phòng Chuyển đổi số|Phòng Đổi mới sáng tạo"
).split("|")
BRANCHES = (
    "Chi cục Tiêu chuẩn – Đo lường – Chất lượng|Trung tâm Ứng dụng tiến bộ khoa học và công nghệ|"
    "Trung tâm Kỹ thuật Tiêu chuẩn|Trung tâm Công nghệ thông tin|Quỹ Phát triển khoa học"
).split("|")
ROOMS = ("Phòng Hành chính – Tổng hợp", "Phòng Nghiệp vụ", "Trạm Quan trắc bức xạ", "Tổ Thư viện")

CATEGORIES = {
    "Hoạt động của Sở": ("Tin hội nghị", "Tin từ các huyện"),
    "Quản lý khoa học": ("Đề tài, dự án", "Kết quả nghiên cứu"),
    "Sở hữu trí tuệ": ("Nhãn hiệu, chỉ dẫn địa lý",),
    "Tiêu chuẩn – Đo lường – Chất lượng": ("Thanh tra, kiểm tra",),
    "Quản lý công nghệ": ("Chuyển đổi số",),
}

ALTS = (
    "Một tách cà phê trên bàn gỗ",
    "Tên lửa trên bệ phóng trước giờ bay",
    "Một con mèo nhìn thẳng vào ống kính",
    "Một nữ phi hành gia mặc đồ bay màu cam",
    "Những thiên hà xa trên nền trời đen",
)

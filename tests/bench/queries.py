"""What people look for: the twenty searches whose time is measured."""

QUERIES = (
    "hội nghị tổng kết",
    "hoi nghi tong ket",
    "khoa học và công nghệ",
    "khcn",
    "kh&cn 2017",
    "tổng kết 2017",
    "Nguyễn Thị Hà",
    "ha",
    "đo lường chất lượng",
    "sở hữu trí tuệ",
    "so huu tri tue",
    "an toàn bức xạ",
    "1234/QĐ-UBND",
    "19/01/2018",
    "chuyển đổi số",
    "hoa hồi",
    "nông thôn mới",
    "đề tài nghiên cứu ứng dụng tiến bộ kỹ thuật",
    "thanh tra taximet",
    "xyzzy",
)

"""Forty articles as they should be: the proofreader has nothing to say about any of them.

Real-looking and invented. A blank line ends an article; its first line is the title; a line that
begins with two spaces goes on with the paragraph above.
"""

_TEXT = """
Tập huấn kỹ năng khai thác cơ sở dữ liệu sáng chế
Sáng 12/3/2024, Sở Khoa học và Công nghệ tổ chức lớp tập huấn khai thác cơ sở dữ liệu sáng chế
  cho 65 học viên đến từ các trường, viện và doanh nghiệp trên địa bàn tỉnh.
Học viên được hướng dẫn tra cứu trên 3 hệ thống: WIPO Publish, Espacenet và Google Patents. Mỗi
  người thực hành từ 8h30 đến 11h45, sau đó làm bài kiểm tra 20 câu trong 30 phút.

Lạng Sơn có thêm 4 sản phẩm được cấp nhãn hiệu chứng nhận
Cục Sở hữu trí tuệ vừa cấp giấy chứng nhận đăng ký nhãn hiệu cho na Chi Lăng, hồng Vành Khuyên,
  quýt vàng Bắc Sơn và rau bò khai Hữu Lũng.
Theo Quyết định số 1234/QĐ-UBND ngày 05/8/2022 của Ủy ban nhân dân (UBND) tỉnh, mỗi nhãn hiệu
  được hỗ trợ 150.000.000 đồng; thời hạn hỗ trợ là 24 tháng.

Kiểm định hơn 2.300 công tơ điện trong quý I
Trong 3 tháng đầu năm, Chi cục Tiêu chuẩn – Đo lường – Chất lượng kiểm định 2.314 công tơ điện,
  trong đó 41 chiếc không đạt, chiếm 1,77%.
Sai số lớn nhất ghi được là 3,2% ở mức tải 5 A. Với hộ dùng 180 kWh mỗi tháng, sai số này làm
  tiền điện chênh khoảng 12.000 đồng.

Trồng thử nghiệm mắc ca trên đất đồi Lộc Bình
Mô hình rộng 12,5 ha, ở độ cao 450 m so với mực nước biển, nhiệt độ trung bình 21 °C, lượng mưa
  1.350 mm/năm.
Bà con người Tày, Nùng và Dao ở 3 xã tham gia mô hình. Sau 30 tháng, cây cao 2,1 m, tán rộng 1,4
  m, tỷ lệ sống đạt 93%.

Thông báo tuyển chọn tổ chức chủ trì nhiệm vụ khoa học và công nghệ
Sở Khoa học và Công nghệ thông báo tuyển chọn tổ chức, cá nhân chủ trì 7 nhiệm vụ cấp tỉnh thực
  hiện từ năm 2025.
Hồ sơ gồm: đơn đăng ký, thuyết minh, lý lịch khoa học của chủ nhiệm, văn bản xác nhận phối hợp.
  Hồ sơ nộp trước 17h00 ngày 30/9/2024 tại Văn phòng Sở hoặc qua trang
  https://dichvucong.langson.gov.vn.
Mọi thắc mắc xin gọi số (0205) 3.871.906 hoặc gửi thư đến skhcn@langson.gov.vn.

Nghiệm thu đề tài bảo tồn giống lợn Móng Cái
Hội đồng khoa học cấp tỉnh đã nghiệm thu đề tài do PGS.TS Trần Văn Quyết làm chủ nhiệm với kết
  quả xếp loại khá.
Đề tài theo dõi 120 con trong 18 tháng; lợn nái đẻ trung bình 10,4 con mỗi lứa. Khẩu phần có 16%
  protein, bổ sung vitamin E và axit amin thiết yếu.
“Giống lợn này dễ nuôi, thịt thơm, ít bệnh”, bà Hoàng Thị Mẩy ở xã Yên Khoái cho biết.

Robot hàn tự động của học sinh đoạt giải Nhì
Nhóm học sinh Trường THPT Việt Bắc chế tạo robot hàn điều khiển bằng vi xử lý, giá linh kiện chỉ
  3,8 triệu đồng.
Robot dùng camera nhận dạng mối hàn, sai lệch không quá 0,5 mm. Phần mềm viết bằng Python, chạy
  trên máy tính nhúng của hãng NVIDIA.
Cả nhóm tối tối ở lại phòng thực hành, ngày ngày chỉnh từng thông số một.

Chuyển đổi số trong quản lý đề tài, dự án
Từ ngày 01/7, toàn bộ hồ sơ đề tài được nộp qua mạng internet. Thời gian xử lý giảm từ 20 ngày
  xuống còn 12 ngày làm việc.
Hệ thống đã kết nối với trục liên thông văn bản quốc gia và cơ sở dữ liệu về dân cư. Tỷ lệ hồ sơ
  trực tuyến toàn trình đạt 87,6%, tăng 14,2 điểm phần trăm.

Thanh tra chuyên ngành về an toàn bức xạ
Đoàn thanh tra kiểm tra 9 cơ sở y tế có máy X-quang và 1 cơ sở dùng nguồn phóng xạ Cs-137.
Suất liều tại cửa phòng chụp dao động từ 0,12 đến 0,31 µSv/h, dưới mức cho phép. Hai cơ sở bị
  nhắc nhở do chưa thay biển cảnh báo.
Việc kiểm tra căn cứ Nghị định số 142/2020/NĐ-CP của Chính phủ và QCVN 17:2023/BKHCN.

Hỗ trợ doanh nghiệp áp dụng ISO 9001:2015
Mười hai doanh nghiệp nhỏ và vừa được hỗ trợ xây dựng hệ thống quản lý chất lượng theo ISO
  9001:2015 và HACCP.
Chi phí tư vấn là 85 triệu đồng/doanh nghiệp, Nhà nước hỗ trợ 50%. Sau 8 tháng, tỷ lệ sản phẩm
  lỗi giảm từ 4,5% xuống 1,2%.

Ngày hội Khởi nghiệp đổi mới sáng tạo năm 2023
Ngày hội có 46 gian hàng, 1.500 lượt khách, 28 ý tưởng dự thi. Giải Nhất thuộc về dự án “Tinh
  dầu hồi hữu cơ” của nhóm sinh viên Trường Cao đẳng Lạng Sơn.
Tại tọa đàm, đại diện quỹ Mekong Capital và công ty Samsung Electronics chia sẻ kinh nghiệm gọi
  vốn, quản trị rủi ro, xây dựng đội ngũ.
Ban tổ chức trao: 1 giải Nhất, 2 giải Nhì, 3 giải Ba và 5 giải Khuyến khích.

Phòng, chống hạn cho cây hồi bằng tưới nhỏ giọt
Dự án lắp hệ thống tưới của hãng Netafim (Israel) cho 5 ha hồi ở Văn Quan. Lượng nước tưới giảm
  40%, năng suất hoa tăng 1,3 lần.
Đất có độ pH từ 5,1 đến 5,6; hàm lượng hữu cơ 2,4%. Mỗi gốc được bón 3 kg phân vi sinh và 0,4 kg
  NPK 16-16-8.

Đoàn công tác Khu tự trị dân tộc Choang Quảng Tây thăm và làm việc
Chiều 18/10/2023, lãnh đạo Sở tiếp đoàn công tác của Sở Khoa học và Kỹ thuật Quảng Tây (Trung
  Quốc) do ông Vương Kiến Quốc làm trưởng đoàn.
Hai bên trao đổi về 4 nội dung: giống cây ăn quả, cảnh báo thiên tai, logistics cửa khẩu, đào
  tạo nhân lực. Biên bản ghi nhớ được ký bằng tiếng Việt và tiếng Trung, có giá trị như nhau.

Công bố kết quả khảo sát chất lượng nước sinh hoạt
Trung tâm lấy 60 mẫu nước ở 11 huyện, thành phố. Có 54 mẫu đạt QCVN 01-1:2018/BYT, 6 mẫu có hàm
  lượng mangan vượt 0,1 mg/l.
Độ đục trung bình 1,8 NTU (đơn vị đo độ đục); clo dư từ 0,2 đến 0,5 mg/l. Người dân nên lọc và
  đun sôi nước trước khi uống.

Hướng dẫn đăng ký mã số, mã vạch
Tổ chức, cá nhân có nhu cầu thực hiện theo các bước sau: bước 1, lập tài khoản trên hệ thống;
  bước 2, kê khai sản phẩm; bước 3, nộp phí 1.000.000 đồng; bước 4, nhận giấy chứng nhận.
Mã quốc gia của Việt Nam là 893. Mã 13 chữ số dùng cho hàng bán lẻ, mã 14 chữ số dùng cho thùng
  hàng. Tài liệu hướng dẫn (PDF, 1,2 MB) có ở cuối trang.

Sở Khoa học và Công nghệ trao quà Tết cho hộ nghèo xã Tân Minh
Đoàn trao 45 suất quà, mỗi suất trị giá 500.000 đồng, gồm gạo, dầu ăn, bánh kẹo và chăn ấm.
Nhà nhà rộn ràng đón xuân, ai ai cũng phấn khởi. Ông Triệu Sinh Va, dân tộc Dao, xúc động: “Cán
  bộ lên tận bản, chúng tôi ấm lòng lắm!”
Dịp này, Đoàn Thanh niên Sở tặng trường 30 chiếc áo, 2 máy tính và 1 máy in.

Ứng dụng máy bay không người lái trong giám sát rừng
Thiết bị của hãng DJI bay ở độ cao 120 m, mỗi giờ quét được 35 ha. Ảnh có độ phân giải 5 cm/điểm
  ảnh.
Phần mềm tự phát hiện cháy, chặt phá và báo về điện thoại sau 90 giây. Trong mùa khô, hệ thống
  đã phát hiện 7 điểm cháy trên diện tích 3.200 m2.

Hội thảo phát triển cây dược liệu dưới tán rừng
Dự hội thảo có TS. Lương Thị Hồng Vân, ThS. Nông Văn Dũng cùng 80 đại biểu của 14 hợp tác xã.
Các loài được khuyến cáo là ba kích (Morinda officinalis), sa nhân tím (Amomum longiligulare),
  giảo cổ lam, kim ngân v.v. Giá thu mua ba kích tươi từ 120.000 đến 150.000 đồng/kg.
Các đại biểu đề nghị: quy hoạch vùng trồng; hỗ trợ giống; tổ chức thu mua; kiểm soát chất lượng.

Xét chọn sáng kiến cấp tỉnh lần thứ 12
Hội đồng nhận 214 hồ sơ, tăng 18% so với lần thứ 11. Sau hai vòng chấm, 37 sáng kiến được công
  nhận.
Lĩnh vực giáo dục có 15 sáng kiến, y tế 9, nông nghiệp 7, còn lại là cải cách hành chính. Mỗi
  sáng kiến được thưởng 2 lần mức lương cơ sở.

Làm chủ công nghệ bảo quản quả na bằng màng bao sinh học
Quy trình gồm 5 bước: thu hái, rửa, nhúng dung dịch chitosan 1,5%, làm khô, giữ lạnh ở 12 °C.
Nhờ đó, thời gian bảo quản kéo dài từ 4 ngày lên 11 ngày; tỷ lệ hao hụt dưới 8%. Chi phí tăng
  thêm chỉ 1.200 đồng/kg.
Kết quả đã công bố trên Tạp chí Khoa học và Công nghệ Việt Nam, số 64(8), trang 45–51.

Bàn giao trạm quan trắc không khí tự động
Trạm đo 6 thông số: PM10, PM2.5, SO2, NO2, CO và O3. Dữ liệu cập nhật mỗi 15 phút, sai số không
  quá ±5%.
Trong tuần đầu, nồng độ bụi mịn trung bình 24 giờ là 31 µg/m3, thấp hơn giới hạn 50 µg/m3.

Tiếp công dân định kỳ tháng 6
Giám đốc Sở tiếp công dân vào thứ Năm tuần thứ hai hằng tháng, từ 8 giờ đến 11 giờ 30 phút, tại
  phòng 102, số 438 đường Bà Triệu, phường Đông Kinh.
Công dân mang theo giấy tờ tùy thân và đơn có chữ ký. Trường hợp nhiều người cùng kiến nghị một
  nội dung thì cử người đại diện, không quá 5 người.

Kết nối cung – cầu công nghệ vùng Đông Bắc
Sự kiện do Bộ Khoa học và Công nghệ (KH&CN) chủ trì, 7 tỉnh cùng tham gia. Có 132 công nghệ được
  chào bán, 19 hợp đồng được ký, tổng giá trị 62,4 tỷ đồng.
Đại diện Bộ KH&CN nhấn mạnh: “Công nghệ chỉ có ý nghĩa khi người dân dùng được”.
Gian hàng của Viettel giới thiệu mạng 5G, trí tuệ nhân tạo và thiết bị cảm biến môi trường.

Nông dân Tràng Định thu lãi cao từ thạch đen
Với 3 sào thạch đen, gia đình anh Lý Văn Phong thu hơn 40 triệu đồng mỗi vụ. Năm nay được mùa,
  giá 27.000 đồng/kg, cao hơn năm trước 6.000 đồng.
Nhờ máy sấy năng lượng mặt trời công suất 15 kW, thạch khô đều, không mốc. Hợp tác xã đã xuất
  khẩu 2 container sang Nhật Bản và Hàn Quốc.

Kiểm tra nhà nước về xăng dầu dịp lễ 30/4 và 1/5
Tổ công tác kiểm tra 23 cửa hàng, lấy 31 mẫu xăng RON 95, E5 RON 92 và dầu điêzen. Tất cả đều
  đạt quy chuẩn.
Một cột đo bị lập biên bản vì sai số -0,8%, vượt mức ±0,5%. Cửa hàng này bị phạt 15 triệu đồng
  theo Nghị định 99/2020/NĐ-CP.

Đào tạo lập trình cho thiếu nhi dân tộc thiểu số
Lớp học có 40 em người Nùng, Mông, Sán Chay và Hoa, tuổi từ 9 đến 14. Các em học Scratch, làm
  trò chơi và lắp mạch đèn LED.
Em Vi Thị Ngân nói nhỏ: “Em muốn làm robot giúp bố mẹ hái hồi”. Mỗi buổi, các em luôn luôn đến
  sớm, chăm chú nghe giảng, xong việc mới về.

Thẩm định công nghệ dự án nhà máy xử lý rác
Dự án có công suất 120 tấn/ngày, tổng vốn đầu tư tư nhân là 310 tỷ đồng. Công nghệ lò đốt của
  hãng Hitachi Zosen đã vận hành ở 17 nước.
Hội đồng yêu cầu chủ đầu tư làm rõ: suất tiêu hao năng lượng, phương án xử lý tro bay, kế hoạch
  bảo trì, trách nhiệm khi có sự cố.

Quỹ phát triển khoa học và công nghệ cho vay 4 dự án
Tổng số tiền cho vay là 9,6 tỷ đồng, lãi suất 3,2%/năm, thời hạn 36 tháng. Doanh nghiệp trả gốc
  6 tháng một lần.
Bên vay gửi báo cáo trước ngày 15 của tháng đầu quý. Quỹ có quyền kiểm tra việc sử dụng vốn bất
  cứ lúc nào.

Giới thiệu 10 chỉ số năng suất dễ áp dụng
Năng suất lao động được tính bằng giá trị gia tăng chia cho số lao động: 96 triệu đồng/người/năm
  vào năm 2022.
Các công cụ như 5S, Kaizen, Lean và TPM (bảo trì năng suất toàn diện) giúp giảm lãng phí. Doanh
  nghiệp nên bắt đầu từ việc nhỏ, làm từ từ, đo đạc rồi mới mở rộng.

Số hóa 12.000 trang tài liệu địa chí
Thư viện quét tài liệu ở độ phân giải 400 dpi (điểm ảnh trên mỗi inch), lưu dạng PDF/A. Bản đồ
  cổ được chụp bằng máy ảnh 61 megapixel.
Người đọc tra cứu miễn phí tại thuvien.langson.gov.vn, kể cả trên điện thoại. Khi trích dẫn, xin
  ghi rõ nguồn: tên tác giả, năm, trang.

Sinh hoạt chuyên đề học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh
Đảng bộ Sở tổ chức sinh hoạt chuyên đề quý III với sự tham gia của 58 đảng viên thuộc 6 chi bộ.
Đồng chí Bí thư nhấn mạnh 3 việc: nêu gương, gần dân, nói đi đôi với làm. Hội trường im phăng
  phắc khi nghe đọc thư của một cán bộ đã nghỉ hưu.

Cảnh báo lũ quét bằng cảm biến tự chế
Thiết bị do kỹ sư Chu Văn Lương làm có giá 6,5 triệu đồng, bằng 1/10 hàng nhập. Mực nước đo từ 0
  đến 8 m, độ chính xác 1 cm.
Khi nước dâng quá 0,3 m trong 10 phút, còi hú và tin nhắn được gửi tới 200 hộ. Pin 12 V dùng
  được 5 ngày không có nắng.

Khai mạc Giải cầu lông ngành Khoa học và Công nghệ
Giải có 96 vận động viên của 12 đơn vị, thi đấu 5 nội dung trong 2 ngày, từ 14 đến 15/5.
Kết quả trận mở màn: Văn phòng Sở thắng Trung tâm Ứng dụng với tỷ số 2-1 (21-18, 17-21, 21-15).
  Khán đài chật kín, tiếng vỗ tay ầm ầm, ai nấy đều vui.

Bế giảng lớp quản lý nhà nước ngạch chuyên viên
Sau 2 tháng, 52 học viên hoàn thành chương trình; 11 người xếp loại giỏi, 38 loại khá, 3 loại
  trung bình.
Học phí do ngân sách chi trả theo Thông tư số 36/2018/TT-BTC. Chứng chỉ được trao tại lễ bế
  giảng và gửi bản điện tử qua thư.

Phát hiện lợi thế mới của nhựa thông Đình Lập
Nhóm nghiên cứu của Trường Đại học Bách khoa Hà Nội chưng cất nhựa thông ở 165 °C, áp suất 0,2
  bar, thu được 19,8% tinh dầu.
Thành phần chính là alpha-pinen (68%) và beta-pinen (11%). Phần còn lại làm keo, sơn, mực in, xà
  phòng, vật liệu cách điện…

Lấy ý kiến dự thảo quy định về định mức chi
Dự thảo gồm 4 chương, 18 điều; phụ lục có 6 biểu mẫu. Điểm mới nằm ở khoản 2 Điều 7, điểm b
  khoản 3 Điều 9 và toàn bộ Chương III.
Ý kiến gửi về Phòng Quản lý khoa học trước ngày 20/11/2024. Hội đồng nhân dân (HĐND) tỉnh sẽ xem
  xét dự thảo tại kỳ họp cuối năm; HĐND các huyện gửi văn bản góp ý riêng.

Vinh danh 15 nhà khoa học của nhà nông
Người cao tuổi nhất là ông Dương Hữu Bường, 78 tuổi, cha đẻ của máy tách hạt sở. Máy chạy điện
  220 V, mỗi giờ tách 300 kg.
Chị Lăng Thị Slim, dân tộc Tày, làm chủ kỹ thuật ghép hồng không hạt; vườn ươm của chị bán hơn
  8.000 cây giống mỗi năm.

Họp báo thông tin về sự cố cân ô tô tại cửa khẩu
Hỏi: Vì sao cân sai? Đáp: Do cảm biến số 3 bị ẩm, số đo thấp hơn thực tế từ 120 đến 180 kg.
Hỏi: Xe đã cân sai có được hoàn phí không? Đáp: Có. Chủ xe mang phiếu cân tới quầy số 2; thủ tục
  mất chừng 10 phút.
Cân mới của hãng Mettler Toledo sẽ lắp xong trước ngày 01/12.

Thúc đẩy sản xuất xuất khẩu tinh dầu hồi
Năm 2023, tỉnh xuất khẩu 210 tấn tinh dầu, kim ngạch 4,1 triệu USD, tăng 9,7%. Thị trường lớn
  nhất là Pháp, Ấn Độ và Hoa Kỳ.
Doanh nghiệp cần chú ý tiêu chuẩn ISO 11016:1999, hàm lượng trans-anethol không dưới 87%. Hợp
  tác tác động tích cực đến thu nhập của hơn 3.000 hộ.

Kế hoạch công tác tuần từ ngày 04 đến ngày 08 tháng 11 năm 2024
Thứ Hai: 8h00, giao ban lãnh đạo Sở; 14h00, làm việc với Công ty cổ phần FPT. Thứ Ba: kiểm tra
  đề tài tại huyện Bình Gia. Thứ Tư: tiếp công dân.
Thứ Năm: dự hội nghị trực tuyến của Chính phủ về chuyển đổi xanh. Thứ Sáu: 7h30, đi thực địa dự
  án trồng quế; 16h00, họp chi bộ.
"""

ARTICLES = [
    article.replace("\n  ", " ").strip().split("\n") for article in _TEXT.strip().split("\n\n")
]

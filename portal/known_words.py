"""What the proofreader takes for right though no rule tells: the one place to add a word.

Lower case, separated by spaces; words of the same kind stand together.
"""

FOREIGN = frozenset(
    """
    lôgíc gíc admin popup spam version glucosamine sapo macro điêzen diesel dizel megapixel dpi
    ppi internet website web email mail online offline video clip logo marketing robot robotics
    laser camera taxi taximet karaoke album radio radar tivi pixel chip app smartphone tablet
    laptop drone startup startups fintech blockchain token bitcoin big data cloud server
    software hardware firewall hacker virus virut worm bug code coder scan scanner file folder
    link click banner blog blogger facebook zalo youtube google fanpage livestream podcast
    hotline seminar workshop forum talkshow event catalogue catalog brochure poster slide slides
    checklist dashboard database game gameshow esport sensor wifi bluetooth router modem gps
    barcode container tour tourist resort homestay farmstay hotel villa condotel shop shipper
    ship showroom franchise outsource logistics freelancer mentor coach team leader trainer fan
    idol hot trend style model casting premium standard pro vip demo test mock pilot kit set
    stock sale voucher coupon buffet menu pizza hamburger sandwich yogurt cafe café coca cacao
    cocktail vodka whisky bar pub gen gene genome enzyme protein vitamin collagen insulin
    vaccine vaccin vắcxin virion acid axit amin amino ion proton neutron electron photon
    neutrino plasma laser maser polymer polyme polyetylen polypropylen composite compozit nano
    nanomet micro micron ceramic silicon silic silica titan uranium urani plutoni radon xenon
    heli hidro hydro hyđrô oxy ôxy ozon ozone bazơ bazo nito nitơ nitrat nitrit amoni amoniac
    amoniắc phosphat photphat photpho sulfat sunfat sulfit clo clorua brom brôm iot iốt flo
    fluor canxi kali natri magie magiê nhôm crom crôm mangan niken coban kobalt cadimi cadmi
    asen thủy arsen ethanol etanol methanol metanol formol focmon glucose glucozơ lactose
    cellulose xenlulozo xenlulozơ lignin pectin tanin saponin flavonoid alkaloid anthocyanin
    polyphenol polysaccharide polysaccarit curcumin astaxanthin carotenoid tinh terpen safrol
    anethol anetol menthol catalase amylase probiotic probiotics biochar biogas bioga compost
    humic fulvic chitosan paclobutrazol trichoderma bacillus lactobacillus ecoli salmonella
    listeria streptomyces rhizobium mycorrhiza invitro invivo robusta arabica macadamia mắcca
    mắc zeolit bentonit bauxite bauxit boxit graphit graphene grafen cement asphalt beton bêtông
    parabol hyperbol hypecbol elip vector vectơ ma logarit algorithm algorit module modun môđun
    mođun modul email inox sơmi gara gas bus buýt metro tram container cano canô xi phanh pedal
    volt vôn watt oát ampe ampere ohm hertz hec hecta hécta lux lumen pascal joule jun calo
    calorie kilocalo tesla celsius kelvin inch inches feet mile micromet milimet centimet
    kilomet kilogam miligam gam gram lit mililit led oled lcd sim pin ring scandal sopran piano
    guitar violin organ rock pop jazz rap festival gala show carnaval marathon golf tennis
    bowling futsal volley stress sốc massage spa yoga gym fitness aerobic gout gút ebola corona
    covid dengue zika lab labo logic lôgic lôgích robocon steam stem fablab makerspace hackathon
    bootcamp dioxin paraffin parafin vaselin silicone nilon nylon polyester cotton acrylic epoxy
    amiăng amiang gecko granit granite basalt bazan marl dolomit calcit thạch feldspar fenspat
    euro dollar đôla yên won baht rúp rupee ruble franc dinar etc via per versus cum điêzen
    diesel de la le du van der von and the of for with from
    """.split()
)

UNITS = frozenset(
    """
    sp spp st nd rd km hm dam dm cm mm nm kg hg mg mcg tấn ha ml dl cl hl kw kwh mw mwh gw gwh
    kv kva mva hz khz mhz ghz kb mb gb tb kpa mpa kj kcal db ppm ppb rpm km2 m2 m3 cfu mbps gbps
    kbps usd vnd vnđ eur tcvn mol mmol ph brix vol pcs lm ls tp ths ts pgs gs tx tt bs ds ks kts
    cn ncs đc tr nxb stt sđt đt fax tel vv vol no pp
    """.split()
)

# Names with letters that only Vietnamese has, though no syllable of it.
NAMES = frozenset(
    "Kạn Kơ Kông Đắk Đăk Lắk Đắc Drắk Đrắk Rlắp Rlấp Mđrắk Krắk Đrăng Krăng Xơđăng Kơho".split()
)

# Words that stand twice on purpose, by kind: time and number, place and people, manner, colour and
# shape, sound, verbs that go on. What is missing here is raised as a possible slip.
TWICE = frozenset(
    """
    song ngày đêm sáng trưa chiều tối hôm tháng năm xuân đời kiếp lúc chốc luôn mãi hoài dần
    thường từ sớm từng mỗi nhất muôn ngàn nghìn trăm vạn triệu đôi lần lượt hàng lớp tầng trùng
    điệp tràn nơi nhà chốn đâu ai người làng xã ngành bản phố chợ đường cây con kẻ chị anh ông
    bà cháu đàn bầy đoàn dòng hạt giọt tia sợi mảnh lá hoa ngọn đống nhóm tốp cụm khóm vòng bước
    bậc chầm chậm nhanh khẽ nhẹ khe mau vội thong từa tà từ đều đủ vừa gần xa xấp suýt sàn tương
    khang hao khác giống hay ngoan xinh đẹp hiền lành vui buồn thương nhớ yêu lo sợ ngờ ngại e
    thích mê say xanh đỏ vàng tím hồng nâu trắng đen xám cam lam biếc ngăn thăm vời mênh tròn
    vuông dài ngắn cao thấp to nhỏ bé mỏng dày nặng đầy vơi thưa mượt mịn mềm cứng ấm nóng mát
    lạnh se hâm hanh khô ướt ẩm mặn ngọt cay chua đắng thơm bùi béo giòn dai ào ầm rì rầm rào vù
    vèo vo ve xào lách tí tách lộp bộp ùng oang sang khanh ha hì hi hề hô đùng đoàng cạc quạc
    gâu meo chiếp chít líu ríu thình tích tắc ù u o đi lại ra vào lên xuống qua về nói cười khóc
    hát ngồi đứng nằm nhìn trông ngó vẫy gật lắc chạy bay trôi lượn nghiêng lăn rung ngân lấp le
    hây phây phơi rưng ngùn cuồn lồng nườm đùn bừng rực phừng hừng hầm ầm ban chan lung long
    lênh lâng bâng nao nôn háo hăm hằm gườm khư lù lì lầm lẳng ngây ngô ngơ ngẩn tênh tưng tí
    chút xíu ti tẹo tỉ lơ ngầm rón đau điếng đinh ninh nhan thao rành khăng chằm dửng khơi nơm
    ngấm nhấp mon mơ màng phăng băng vùn vụt biền biệt bừa bật dằng dặc đằng hun hút hừ khoan
    khít lơ mấp mô nâng ngang dọc nguyên phau phới rối rít rộn sừng sững tăm tắp thin thít trơ
    trùi trụi tức tưởi um ươn xa xăm xì xập xình xôn xao ăm ắp đăm đắm ba bà bô na cu chuồn thằn
    đu
    """.split()
)

# Pairs that differ in the tone alone: what a doubled syllable may have been meant to be.
TONE_PAIRS = (
    "tiên tiến,đo đỏ,nhè nhẹ,khe khẽ,chầm chậm,mơn mởn,sang sảng,trăng trắng,tim tím,nho nhỏ,âm ấm,"
    "ngòn ngọt,mằn mặn,hơn hớn,phơn phớt,nằng nặng,đằng đẵng"
).split(",")

# A syllable that ends one common word and begins another: "đầu tư | tư nhân" is no slip. Left of
# the bar what stands before it in the first word, right of the bar what follows it in the second.
SHARED = {
    syllable.strip(): tuple(frozenset(side.split()) for side in neighbours.split("|"))
    for syllable, neighbours in (
        entry.split(":")
        for entry in """
    tư: đầu vật gia phụ riêng thông suy | nhân vấn liệu pháp tưởng duy cách thục lệnh thương
        bản;
    xuất: sản đề xưởng lưu trích truy | khẩu bản hiện phát xứ nhập hàng sắc cảnh trình nguồn;
    tài: đề nhân thiên đại đắc | chính nguyên sản liệu khoản trợ năng nghệ;
    nghệ: công văn mỹ kỹ tay | thuật nhân sĩ an;
    lý: quản địa xử đại vật tâm pháp hợp đạo nguyên chân bệnh | do luận lịch thuyết thú giải
        tưởng;
    học: khoa văn đại hóa sinh toán nghiên triết du cao tiểu môn y số hình cơ lâm ngôn trường |
        sinh tập viên hỏi phí phần kỳ vị thuật giả đường nghề bổng trò bạ;
    tác: công hợp canh đối tương sáng chế cộng | động phẩm giả dụng chiến phong nghiệp hại;
    động: hoạt lao vận tác tự hành chủ lưu phát huy dao năng biến rung | viên vật cơ lực thực
        tác đất thái từ;
    nghị: hội đề kiến hữu đại | quyết định sĩ lực trường;
    dân: nhân người nông công cư ngư | tộc cư chủ số sự vận gian quân trí sinh làng;
    tế: kinh y thực quốc tinh cứu | bào nhị lễ;
    chức: tổ công viên cán chuyên quan | năng danh vụ sắc trách nghiệp;
    sở: cơ trụ xứ | hữu thích giao tại khoa văn;
    hữu: sở hiện bằng tư quyền | ích hạn hiệu nghị cơ;
    lượng: chất số năng khối trọng dung định sản trữ lực hàm thương | tử hóa thứ giá;
    chất: vật tính thực khoáng hoạt hóa tạp phẩm bản dưỡng địa tổ | lượng thải vấn liệu độc đốt;
    bộ: cán toàn tiến nội nghị đảng đồng cục | phận máy trưởng môn đội luật ngành y;
    phát: xuất khởi bột phân cấp bộc | triển huy hiện động minh hành sinh biểu thanh;
    triển: phát | khai lãm vọng;
    khai: triển công kê | thác giảng mạc trương báo sinh;
    kế: thiết thống thừa mưu | hoạch toán tiếp thừa;
    hoạch: kế quy thu | định;
    vật: động thực sinh sự đồ nhân hiện khoáng | chất liệu tư nuôi lý thể;
    liệu: tài số vật nguyên dữ nhiên phế dược hương | pháp lượng trình;
    pháp: hợp biện giải tư phương lập luật hiến cú phạm | luật lý lệnh quy chế nhân;
    luật: pháp quy kỷ dự kỉ bộ | sư pháp định lệ gia;
    nhân: cá công doanh tư nguyên bệnh pháp hạt nạn ân quân phu hôn nữ | dân viên lực tài rộng
        sự loại đạo giống tạo văn quyền;
    viên: nhân thành đảng sinh giảng giáo công hội học động chuyên nghiên cộng | chức mãn;
    quan: cơ liên khách tham cảnh hải chủ trực tổng | tâm hệ trọng điểm sát chức niệm lý trắc;
    tâm: trung quan trọng quyết an nội tinh lương | lý huyết sự linh thần đắc điểm;
    sinh: học vệ sản hy phát ký an dân tái khai giáng thí | viên học hoạt vật thái lợi sản động
        kế trưởng;
    thái: sinh trạng hình | độ bình;
    thông: giao truyền lưu phổ hệ | tin qua báo số minh thường suốt tư điệp;
    tin: thông niềm lòng bản đưa | học tưởng tức cậy nhắn;
    báo: thông dự cảnh tình đăng | cáo chí động hiệu đài giới;
    hành: ban tiến thi điều vận chấp thực lưu phát đồng bảo quy | chính vi động trình nghề lang
        hóa khách;
    chính: hành tài bưu triều chân chủ | sách quyền phủ trị thức xác quy đáng;
    thực: hiện xác lương chân thiết ẩm trung | hiện phẩm tế vật hành tiễn trạng chất;
    hiện: thực xuất phát biểu thể tái | đại nay trạng thực hành tượng có vật hữu;
    đại: hiện thời cận vĩ tối trọng | biểu học hội lý diện đoàn dịch tá;
    biểu: đại phát tiêu | diễn hiện dương tượng mẫu đồ;
    diện: đại toàn giao đối trình nhận phương hiện | tích mạo rộng;
    tích: phân diện thành di tàng súc bình | cực lũy hợp trữ;
    cực: tích tiêu khắc | kỳ đoan trị;
    thành: hoàn hình trưởng hợp đạt cấu trung kinh chân tạo | phố viên lập phần tựu tích công
        quả thạo;
    phố: thành đường khu | phường núi cổ;
    quả: kết hiệu hậu thành hoa | đất thực;
    kết: đoàn liên cam tổng tập ký gắn | quả nối hợp luận thúc tinh cấu nạp;
    hợp: phối tổ kết tích tổng phù thích liên tập hội | tác đồng lý pháp nhất tác-xã chất kim;
    tập: luyện học thực tuyển trưng bài | trung huấn thể hợp đoàn quán tục;
    trung: tập | tâm bình ương thành gian du quốc học thực;
    đồng: hợp hội cộng cánh tương trống ruộng mỏ | chí thời bộ bào hồ nhất đều ý bằng tình
        nghiệp hành;
    nghiệp: doanh nông công sự lâm thương tốt chuyên ngư thủ nghề khởi khôi hành | vụ dư đoàn
        chủ;
    vụ: nhiệm dịch phục nghĩa nghiệp chức sự thời mùa công | việc kiện án mùa xuân đông lợi;
    trình: chương quá công tiến quy lộ lập giáo hành giải | độ bày diễn duyệt tự;
    độ: chế trình mức tốc nhiệt thái cường mật tiến cấp | ẩm tuổi cao bền dài tin chính;
    định: quy quyết xác ổn nhất giám kiểm chỉ thẩm dự khẳng nghị hiệp cố ấn hoạch | hướng kỳ
        lượng mức vị cư danh hình nghĩa;
    hướng: định phương xu chiều ảnh khuynh | dẫn tới nghiệp đến về;
    vị: đơn định học thú địa chức hương | trí thế thuốc;
    trí: vị bố trang giải dân | tuệ thức nhớ;
    khoa: bách nha | học trương giáo;
    quy: chính nội | định hoạch trình mô chế luật hoạch tắc chuẩn;
    trưởng: bộ tăng hiệu sinh đội trạm phòng | phòng thành ban nhóm đoàn;
    phòng: văn trưởng đề dự quốc | chống ngừa học bệnh thí ban;
    đề: vấn chuyên chủ tiêu tiền | tài nghị xuất án cao cập phòng;
    án: dự đề phương vụ đáp giáo | phí toà tòa;
    bảo: đảm quốc | vệ đảm hiểm tồn hộ mật quản trì dưỡng;
    vệ: bảo hộ phòng | sinh tinh;
    năng: chức tài khả kỹ tính tiềm bản | lực lượng suất động khiếu;
    lực: năng nguồn điện động áp tiềm thế nhân hiệu nỗ quyền chất | lượng học điền;
    nguồn: đầu | lực gốc nước vốn thu lợi;
    giá: đánh đơn thẩm định vật | trị thành cả bán rẻ trị;
    trị: giá quản chính điều phòng | giá liệu sự thủy bệnh;
    công: thi thủ gia thành lao phân nhân | tác nghệ nghiệp bố chức trình nhân an đoàn ty khai
        việc cụ dân cộng;
    cộng: công tổng | đồng tác sản hòa;
    chủ: dân tự làm | động trì tịch trương nhiệm yếu đề đạo;
    nhiệm: trách chủ bổ đảm tín kiêm bãi | vụ kỳ;
    kỳ: nhiệm định thời chu học | thi hạn họp;
    cao: nâng đề tối | cấp tốc nguyên su điểm;
    cấp: cung cao nâng trung sơ phân khẩn | phép thiết xã tỉnh huyện trên dưới cứu;
    hóa: văn hàng số chuẩn xã tiêu thương cơ cụ | học chất đơn thạch;
    văn: nhân công | hóa bản phòng học minh nghệ bằng;
    bản: văn cơ xuất nhân tài phiên tư | đồ quyền sắc tin thân chất làng;
    kiểm: | tra định nghiệm soát toán dịch lâm điểm;
    tra: kiểm thanh điều | cứu khảo;
    cứu: nghiên tra cấp | hộ trợ tế nạn;
    nghiên: | cứu;
    dụng: sử ứng áp tác công tín tuyển | cụ ý;
    cụ: công dụng | thể;
    thể: cụ tập có đoàn tổng cơ toàn | hiện thao chế thức loại dục lực;
    chế: cơ hạn thể quy khống biên pháp | độ biến tạo tài phẩm;
    biến: chế phổ diễn | đổi động chế thành tấu pháp;
    phẩm: sản thực dược thành tác mỹ | chất giá;
    sản: tài thủy di nông lâm cộng bất khoáng hải đặc | xuất phẩm lượng vật nghiệp;
    hội: xã đại quốc dạ lễ cơ đảng | nghị đồng thảo trường viên họp nhập;
    trường: thị môi hội nhà hiện lập | học hợp đại phổ;
    hiệu: nhãn thương ký tín khẩu báo hữu | quả lực suất trưởng chỉnh;
    chuyển: vận luân di biến | giao đổi biến giới dịch;
    giao: chuyển bàn xã ngoại | lưu thông dịch tiếp ban;
    dịch: giao chuyển phiên phục cổ | vụ bệnh tả;
    bệnh: dịch khám phòng | viện nhân tật lý;
    bảng: | vàng;
    mô: quy | hình;
    hình: mô địa tình loại truyền | thành thức ảnh thái sự;
    thức: hình chính kiến nhận phương ý | ăn;
    giống: cây nhân con | lúa cây nòi;
    sâu: chuyên | bệnh rộng bọ;
    tiêu: mục chỉ chi hồ | chuẩn dùng thụ chí biểu hủy cực;
    chuẩn: tiêu quy phê | bị hóa mực đoán;
    quyền: chính bản thẩm pháp | lợi hạn hữu sở;
    lợi: quyền thuận thủy tiện | ích nhuận thế;
    thuỷ: | sản lợi điện;
    dưỡng: bồi bảo nuôi | chất sinh;
    hồ: | sơ tiêu;
    sơ: hồ | bộ kết cấp;
    thương: công nội ngoại bình | mại hiệu binh lượng nhân;
    hàng: ngân mặt khách | hóa hoá năm rào không ngày;
    nước: đất nhà | ngoài sạch thải mắm;
    nhà: trong | nước trường máy khoa;
    mùa: | vụ màng xuân đông
    """.split(";")
    )
}

ABBREVIATIONS = frozenset(
    """
    QGIS MW OK OTP ISBN ISSN DOI DDT JPG PNG ODT ODS ZIP RSS KB MB GB TB CHQS QTKD CMCN UBND
    HĐND MTTQ KHCN KH&CN KHXH SKHCN SHTT ĐMST CĐS TTHC CNTT TT&TT TTTT NN&PTNT NNPTNT TN&MT TNMT
    LĐTB&XH LĐTBXH GD&ĐT GDĐT VH,TT&DL VHTT&DL VHTTDL GTVT KH&ĐT KHĐT QLKH TĐC TCĐLCL QLTT ATTP
    VSATTP ATBX QLCN HTQT HTX THPT THCS PTTH ĐH CĐ BCH BCĐ BTV BHXH BHYT BVMT BVTV KT-XH KTXH
    QP-AN QPAN ANTT ANQP PCCC PCTN PCLB TKCN GPMB XDCB NSNN NTM OCOP CCHC CBCC CBCCVC CCVC CSDL
    CSGT CQĐT CNH HĐH CNH-HĐH CNXH XHCN ĐCS ĐCSVN TW TƯ TP TX TT QĐ NĐ NQ CT TTr BC KH TB CV TTg
    QH UBTVQH VBQPPL QPPL TCVN QCVN TCCS TCQG QCKT ISO IEC IEEE ITU HACCP GMP GAP VietGAP
    GlobalGAP SOP KPI ODA FDI GDP GRDP FTA WTO EU UN UNESCO UNICEF UNDP UNIDO FAO WHO WIPO IAEA
    ASEAN APEC APO WB ADB IMF JICA KOICA USAID GIZ NGO VCCI VNPT FPT EVN PVN TKV VTV VOV TTXVN
    LG HP IBM ABB BMW NASA CERN NAFOSTED VAST VASS AI IOT IoT ICT IT VR AR XR ERP CRM SCADA GIS
    GPS GNSS RFID NFC QR PC USB CPU GPU RAM SSD HDD LED LCD OLED PLC CNC CAD CAM BIM UAV API SMS
    MMS OTT PDF DOC DOCX XLSX HTML URL IP TCP LAN WAN VPN DNS SSL DNA RNA ADN ARN PCR ELISA HPLC
    COD BOD TSS PH EC UV IR HIV AIDS SARS COVID NCOVID PM TVOC VOC NPK DAP SPF USD VND VNĐ EUR
    CNY KRW JPY VNPAY BOT BT PPP SME TNHH MTV CP CTCP DN DNNVV DNTN KCN KKT CCN KTT CLB TDTT
    TNCS HCM TPHCM LHPN LĐLĐ CĐCS HND HCCB CCB ND PV BTC BGK GS PGS TS ThS THS CN KS BS NCS NCKH
    SNKHCN KHKT KH-KT STEM STEAM R&D Q&A CN&XH CMND CCCD STK SĐT ĐT DVC DVCTT VNEID
    """.split()
)

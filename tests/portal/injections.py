"""Ninety-four ways in which spam is put into a site around its forms, in words of our own.

`TEXTS`: (column, value, kind) for rich text and plain columns; `FILES`: what is dropped among the
uploads; `CODE`: what is done to the program's folder.
"""

BODY = "news_article.body"

TEXTS = [
    # ── Hidden text with links ──────────────────────────────────────────────────────────────────
    (
        BODY,
        '<p>Tin.</p><div style="display:none"><a href="https://kubet77.club">nổ hũ</a></div>',
        "hidden",
    ),
    (
        BODY,
        "<p>Tin.</p><div style=display:none><a href=//casino-vn.example>casino</a></div>",
        "hidden",
    ),
    (BODY, '<p>Tin.</p><DIV STYLE="DISPLAY : NONE ! important">tài xỉu</DIV>', "hidden"),
    (BODY, '<p style="visibility:hidden">cá cược uy tín</p>', "hidden"),
    (BODY, '<p>Tin<span style="font-size:0">xóc đĩa</span></p>', "hidden"),
    (BODY, '<p>Tin<span style="font-size:1px">soi kèo</span></p>', "hidden"),
    (BODY, '<p>Tin<span style="font-size:.01em">soi kèo</span></p>', "hidden"),
    (BODY, '<p>Tin<b style="opacity:0">nhà cái</b></p>', "hidden"),
    (BODY, '<p>Tin<b style="opacity:0.01">nhà cái</b></p>', "hidden"),
    (BODY, '<div style="position:absolute;left:-9999px">lô đề online</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="text-indent:-999em">lô đề online</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="margin-left: -2000px">game bài</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="position:fixed;top:-5000px">game bài</div><p>Tin.</p>', "hidden"),
    (BODY, '<p style="color:#fff">nổ hũ đổi thưởng</p>', "hidden"),
    (BODY, '<p style="color: rgb(255, 255, 255)">nổ hũ đổi thưởng</p>', "hidden"),
    (BODY, '<font color="white">nổ hũ đổi thưởng</font><p>Tin.</p>', "hidden"),
    (BODY, '<p style="color:transparent">nổ hũ đổi thưởng</p>', "hidden"),
    (BODY, "<div hidden>phim người lớn</div><p>Tin.</p>", "hidden"),
    (BODY, '<div aria-hidden="true">phim người lớn</div><p>Tin.</p>', "hidden"),
    (BODY, '<div class="vh">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="width:0;height:0;overflow:hidden">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="height:1px;overflow:hidden">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="clip:rect(0 0 0 0)">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="clip-path:inset(50%)">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="transform:scale(0)">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="z-index:-1">vay nóng</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="dis\\70lay:none">bóng88</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="dis/**/play:/**/none">bóng88</div><p>Tin.</p>', "hidden"),
    (BODY, '<div style="&#100;isplay&#58;none">bóng88</div><p>Tin.</p>', "hidden"),
    (BODY, '<marquee width="0" height="0">bóng88</marquee><p>Tin.</p>', "active"),
    # ── What runs, loads or leads away by itself ────────────────────────────────────────────────
    (BODY, '<p>Tin.</p><script src="//s.example/a.js"></script>', "active"),
    (BODY, '<p>Tin.</p><iframe src="https://w.example" width=1 height=1></iframe>', "active"),
    (BODY, '<p>Tin.</p><meta http-equiv="refresh" content="0;url=https://bk8.example">', "active"),
    (BODY, '<base href="https://b.example/"><p>Tin.</p>', "active"),
    (BODY, '<form action="https://f.example"><input name=q></form><p>Tin.</p>', "active"),
    (BODY, '<object data="x.swf"></object><p>Tin.</p>', "active"),
    (BODY, '<noscript><a href="https://n.example">casino</a></noscript><p>Tin.</p>', "active"),
    (BODY, '<noframes><a href="https://n.example">casino</a></noframes><p>Tin.</p>', "active"),
    (BODY, '<p onmouseover="location=1">Tin.</p>', "active"),
    (BODY, "<p>Tin.</p><img src=x onerror=alert(1)>", "active"),
    (BODY, '<svg><a xlink:href="javascript:1">x</a></svg><p>Tin.</p>', "active"),
    (BODY, '<p><a href="java&#115;cript:1">x</a></p>', "link"),
    (BODY, '<p><a href="data:text/html,x">x</a></p>', "link"),
    (BODY, '<p>Tin.</p><!-- <a href="https://x.example">casino</a> -->', "remark"),
    (BODY, '<p>Tin.</p><?php system($_GET["c"]); ?>', "active"),
    (BODY, '<p>Tin.</p><p>&nbsp;</p><p class="ad">Thêm.</p>', "differs"),
    # ── Links in clean text ─────────────────────────────────────────────────────────────────────
    (BODY, '<p>Xem <a href="https://kubet77.club/dang-ky">tại đây</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://bong88.example.net/">báo cáo</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://xoilac.tv/live">trực tiếp</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://ten-la.example/x">nổ hũ</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://ten-la.example/x">t à i x ỉ u</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://ten-la.example/x">n0 hu</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://ten-la.example/no-hu-uy-tin">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://langson.gov.vn@la.example/">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://langson.gov.vn.la.example/">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://xn--e1awd7f.com/">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://trang.casino/">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="https://%6bubet.com/">tin</a>.</p>', "link"),
    (BODY, '<p>Xem <a href="http://3232235777/">tin</a>.</p>', "masked"),
    (BODY, '<p>Xem <a href="https://bit.ly/3xYz">tin</a>.</p>', "masked"),
    (
        BODY,
        "<p>"
        + " ".join(f'<a href="https://la{n}.example">trang {n}</a>' for n in range(9))
        + "</p>",
        "block",
    ),
    # ── Advertising in plain sight ──────────────────────────────────────────────────────────────
    (BODY, "<p>Nhà cái uy tín số 1, nạp tiền nhận khuyến mãi, nổ hũ mỗi ngày.</p>", "words"),
    (BODY, "<p>Nhà c\u200bái uy tín, tài x\u0456\u0309u đổi thưởng, tặng 100k.</p>", "differs"),
    # ── Other rich texts, and text where no HTML belongs ────────────────────────────────────────
    (
        "departments_department.functions",
        '<p>Tham mưu. <a href="https://fun88.win">x</a></p>',
        "link",
    ),
    ("departments_person.biography", '<div style="display:none">casino</div>', "hidden"),
    ("news_article.title", 'Tin <a href="https://la.example">x</a>', "markup"),
    ("news_article.summary", '<div style="display:none">nổ hũ</div>', "markup"),
    ("news_article.notice", "Truy cập nhà cái Kubet uy tín", "words"),
    ("news_articlephoto.caption", "<script>alert(1)</script>", "markup"),
    ("news_photo.alt", "ảnh <img src=x onerror=alert(1)>", "markup"),
    ("news_category.description", "&lt;a href=https://la.example&gt;casino&lt;/a&gt;", "markup"),
    ("news_attachment.title", "Link vào kubet mới nhất", "words"),
    ("news_remark.text", "[url=https://la.example]casino[/url]", "markup"),
    ("news_urgentnotice.link", "https://bong88.club/vao", "link"),
    ("departments_contact.website", "https://go88.vip/", "link"),
    ("departments_sitesettings.slogan", "Tài xỉu online uy tín", "words"),
    ("departments_department.name", "KUBET", "words"),
    ("portal_searchentry.text", 'x <iframe src="https://la.example"></iframe>', "markup"),
    ("portal_user.last_name", "<a href=https://la.example>Lan</a>", "markup"),
    ("news_transition.reason", "eval(atob('YWxlcnQoMSk='))", "program"),
]

FILES = [
    ("tep/shell.php", b"<?php system($_GET['c']);", "foreign"),
    ("anh/index.html", b"<html><a href=https://la.example>casino</a>", "foreign"),
    ("logo.svg", b"<svg onload=alert(1)>", "foreign"),
    ("goc/.htaccess", b"AddHandler php .jpg", "foreign"),
    (f"tep/{'a' * 32}.pdf", b"<html>casino</html>", "type"),
    (f"tep/{'b' * 32}.pdf", b"%PDF-1.4 other\n%%EOF", "checksum"),
    (f"anh/{'c' * 32}-640.jpg", b"GIF89a<script>", "type"),
    ("bo-nho/a.txt", b"x", "folder"),
]

CODE = [
    (
        "templates/includes/foot.html",
        "<div style='display:none'><a href='https://kubet.example'>x</a></div>",
    ),
    ("portal/views.py", "import os; os.system('id')\n"),
    ("static/portal/site.js", "eval(atob('eA=='))"),
    ("portal/helper_new.py", "x = 1\n"),
    ("sitecustomize.py", "import os\n"),
    ("static/portal/x.php", "<?php eval($_POST['a']);"),
]

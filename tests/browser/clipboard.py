"""What Word and LibreOffice put on the clipboard, and a way to paste it with the keyboard."""

import base64

from tests.news import word_files

_WORD_HEAD = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w="urn:schemas-microsoft-com:office:word" xmlns="http://www.w3.org/TR/REC-html40">'
    '<head><meta name=Generator content="Microsoft Word 15"><style><!--\n'
    "p.MsoNormal {margin:0cm; font-family:'Times New Roman',serif; mso-fareast-language:EN-US;}\n"
    "--></style><!--[if gte mso 9]><xml><w:WordDocument/></xml><![endif]--></head>"
    "<body lang=VI style='tab-interval:36.0pt'><!--StartFragment-->"
)
_LIBREOFFICE_HEAD = (
    '<!DOCTYPE html><html><head><meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/>'
    "<style>p { margin-bottom: 0.25cm; line-height: 115% }</style></head><body lang=vi-VN>"
)


def data_address(number: int) -> str:
    """A photo in the text, as an address that holds it."""
    content = word_files.picture(word_files.COLORS[number]).read()
    return "data:image/jpeg;base64," + base64.b64encode(content).decode()


def _spaces(words: str) -> str:
    return words.replace("\xa0", "&nbsp;")


def _word_line(line: str) -> str:
    words = line.lstrip("\xa0 ")
    before = line[: len(line) - len(words)]
    spaces = f"<span style='mso-spacerun:yes'>{_spaces(before)}</span>" if before else ""
    return (
        "<p class=MsoNormal style='text-align:justify;mso-line-height-alt:0pt'>"
        "<span lang=VI style='font-size:14.0pt;font-family:\"Times New Roman\",serif;color:red'>"
        f"{spaces}{_spaces(words)}<o:p></o:p></span></p>"
    )


def seed_lines(photo) -> list[str]:
    """The seed without title and date line; where it has room for a photo stands `photo(n)`."""
    lines, number = [], 0
    for line in word_files.SEED.partition(word_files.DATE_LINE)[2].split("\n"):
        if not line.replace("\xa0", " ").strip():
            lines.append(line)
            continue
        if line.replace("\xa0", " ").strip() in word_files.CAPTIONS:
            lines.append(photo(number))
            number += 1
        lines.append(line)
    return lines


def word(lines: list[str]) -> str:
    """Lines as Word puts them on the clipboard; what begins with "<" is HTML already."""
    body = "".join(line if line.startswith("<") else _word_line(line) for line in lines)
    return f"{_WORD_HEAD}{body}<!--EndFragment--></body></html>"


def libreoffice(lines: list[str]) -> str:
    body = "".join(
        line
        if line.startswith("<")
        else f'<p style="line-height: 100%"><font face="Times New Roman, serif">'
        f'<font size="4" style="font-size: 14pt">{_spaces(line) or "<br/>"}</font></font></p>'
        for line in lines
    )
    return f"{_LIBREOFFICE_HEAD}{body}</body></html>"


def paste(page, html: str, *, plain: str = "x") -> None:
    """Put HTML on the clipboard as the system would, unsanitised, and paste at the caret."""
    page.evaluate(
        """([html, plain]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", plain);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        [html, plain],
    )


def paste_file(page, content: bytes, *, name: str = "image.jpg", kind: str = "image/jpeg") -> None:
    """Paste a picture alone, as a screenshot stands on the clipboard."""
    page.evaluate(
        """([content, name, type]) => {
            const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name, {type}));
            document.activeElement.dispatchEvent(new ClipboardEvent("paste",
                {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        [base64.b64encode(content).decode(), name, kind],
    )

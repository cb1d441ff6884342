"""Papers for tests: whole ones of every kind, and what strangers send instead."""

import io
import struct
import zipfile
import zlib

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

from deploy.demo.paper import sheet

__all__ = ["blank", "bomb", "docx", "jpeg", "locked_pdf", "page", "pdf", "pdf_of", "png", "tiff"]

TEXT = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM  Độc lập - Tự do - Hạnh phúc  ĐƠN ĐỀ NGHỊ"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def page(*, lines: int = 40, blur: float = 0, turn: float = 0, width: int = 1240, height: int = 1754) -> Image.Image:
    """A sheet of text at 150 dpi, as a scanner gives it."""
    picture = Image.new("L", (width, height), 245)
    pen, letters = ImageDraw.Draw(picture), ImageFont.load_default(22)
    for n in range(lines):
        pen.text((120, 150 + n * 38), TEXT, font=letters, fill=30)
    picture = picture.rotate(turn, Image.Resampling.BICUBIC, fillcolor=245) if turn else picture
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur else picture


def blank() -> Image.Image:
    return Image.new("L", (1240, 1754), 243)


def jpeg(picture: Image.Image | None = None, quality: int = 80) -> bytes:
    return _written(picture or page(), "JPEG", quality=quality)


def png(picture: Image.Image | None = None) -> bytes:
    return _written(picture or page(), "PNG")


def tiff(*pictures: Image.Image) -> bytes:
    first, *rest = pictures or (page(),)
    return _written(first, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw")


def pdf(line: str = "Don de nghi") -> bytes:
    return sheet(line)


def pdf_of(*pictures: Image.Image) -> bytes:
    """A scanned PDF: a picture on each page."""
    first, *rest = pictures
    return _written(first, "PDF", save_all=True, append_images=rest, resolution=150)


def many_pages(count: int) -> bytes:
    document = pdfium.PdfDocument.new()
    for _ in range(count):
        document.new_page(595, 842)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    """It opens with a password alone."""
    writer = PdfWriter(io.BytesIO(pdf()))
    writer.encrypt("bí mật", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb(inside: int) -> bytes:
    """A PDF of one page whose drawing is so many bytes long once it is unpacked."""
    packer, piece = zlib.compressobj(9), b"0 0 m\n" * 500_000
    drawing = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)  # refers to nothing before it
    drawing += again * (inside // len(piece))
    content = StreamObject.initialize_from_dictionary(
        {NameObject("/Filter"): NameObject("/FlateDecode"), "__streamdata__": drawing}
    )
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)[NameObject("/Contents")] = writer._add_object(content)  # pyright: ignore[reportPrivateUsage]
    writer.write(out)
    return out.getvalue()


def docx(more: dict[str, bytes] | None = None, *, kind: str = WORD, stored: bool = False) -> bytes:
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>'
    inside = {"[Content_Types].xml": types.encode(), "word/document.xml": b"<w:document/>"} | (more or {})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        for name, content in inside.items():
            archive.writestr(name, content)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        written.writestr("run.js", b"alert(1)")
    return out.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """Small outside, and so many pixels inside."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _written(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)  # type: ignore[arg-type]
    return out.getvalue()

"""The site by itself, without a server in front of it."""

import hashlib
from typing import Any

from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, TestCase, override_settings

from pages import views
from pages.models import Note, Row

# The manifest of the production storage exists only after collectstatic.
PLAIN = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def body(response: Any) -> bytes:
    """All of a response's body, streamed or not."""
    if isinstance(response, StreamingHttpResponse):
        return response.getvalue()
    assert isinstance(response, HttpResponse)
    return response.content


@override_settings(STORAGES=PLAIN)
class PagesTest(TestCase):
    """One test for each page."""

    def test_home_names_the_worker(self) -> None:
        self.assertContains(self.client.get("/"), "process ")

    def test_a_note_is_kept_and_shown_escaped(self) -> None:
        self.client.post("/notes/", {"text": "<b>first</b>"})

        self.assertEqual(Note.objects.get().text, "<b>first</b>")
        self.assertContains(self.client.get("/notes/"), "&lt;b&gt;first&lt;/b&gt;")

    def test_a_note_without_text_is_refused(self) -> None:
        self.assertContains(self.client.post("/notes/", {"text": ""}), "required")
        self.assertFalse(Note.objects.exists())

    def test_a_note_without_a_csrf_token_is_refused(self) -> None:
        strict = Client(enforce_csrf_checks=True)

        self.assertEqual(strict.post("/notes/", {"text": "no"}).status_code, 403)

    def test_each_look_counts_one(self) -> None:
        for count in (1, 2, 3):
            self.assertContains(self.client.get("/counter/a/"), f'id="count">{count}<')
        self.assertContains(self.client.get("/counter/b/"), 'id="count">1<')

    def test_write_stores_a_row_of_about_500_bytes(self) -> None:
        answer = self.client.post("/write/").json()

        self.assertEqual(answer, {"id": Row.objects.get().pk, "bytes": len(views.ROW_TEXT)})
        self.assertTrue(450 <= answer["bytes"] <= 550)
        self.assertEqual(self.client.get("/write/").status_code, 405)

    def test_hello_is_plain_text(self) -> None:
        response = self.client.get("/hello/")

        self.assertEqual(body(response), b"Hello from Django\n")
        self.assertEqual(response["Content-Type"], "text/plain")

    def test_the_stream_has_all_its_pieces_inside_the_page(self) -> None:
        page = body(self.client.get("/stream/")).decode()

        self.assertEqual(page.count("<li>piece"), views.PIECES)
        self.assertTrue(page.rstrip().endswith("</html>"))

    def test_an_upload_is_measured_and_not_kept(self) -> None:
        content = b"some bytes" * 500_000
        file = SimpleUploadedFile("a.bin", content)

        response = self.client.post("/upload/", {"file": file})

        self.assertContains(response, f'id="size">{len(content)}<')
        self.assertContains(response, hashlib.sha256(content).hexdigest())

    def test_an_empty_file_is_a_file_and_none_is_a_mistake(self) -> None:
        empty = self.client.post("/upload/", {"file": SimpleUploadedFile("a", b"")})

        self.assertContains(empty, hashlib.sha256().hexdigest())
        self.assertContains(self.client.post("/upload/"), "required")

    def test_a_download_is_as_long_as_it_says(self) -> None:
        response = self.client.get("/download/?mb=1")

        self.assertEqual(response["Content-Length"], "1048576")
        self.assertEqual(len(body(response)), 1_048_576)

    def test_a_download_of_no_sensible_size_is_refused(self) -> None:
        for size in ("0", "-1", "x", "4097", "9" * 5000):
            self.assertEqual(self.client.get("/download/", {"mb": size}).status_code, 400)

    def test_the_admin_lists_what_the_site_stores(self) -> None:
        Note.objects.create(text="seen by the admin")
        self.client.force_login(User.objects.create_superuser("root"))

        self.assertContains(self.client.get("/admin/pages/note/"), "seen by the admin")

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon over TLS: the hall's own authority, a certificate of somebody else, and what logs and
figures say and do not say."""
import os
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from server import PROGRAM, Client, Server, run_tests  # noqa: E402


def trust(path):
    context = ssl.create_default_context(cafile=path)
    context.check_hostname = True
    return context


class Tls(unittest.TestCase):
    def setUp(self):
        self.server = Server(samples=False)
        self.addCleanup(self.server.__exit__)
        self.folder = os.path.join(self.server.data, "tls")
        self.authority = os.path.join(self.folder, "authority.pem")

    def start(self, *options):
        self.server.start(*options)
        self.server.tls = trust(self.authority)

    def read(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def test_a_browser_that_trusts_the_hall_is_served(self):
        self.start("--tls")
        self.assertEqual(Client(self.server).get("/healthz").body, b"ok\n")
        host, port = self.server.address.split(":")
        for name in ("localhost", "127.0.0.1", socket.gethostname()):
            with socket.create_connection((host, int(port)), timeout=30) as raw:
                with self.server.tls.wrap_socket(raw, server_hostname=name) as wrapped:
                    self.assertIn(wrapped.version(), ("TLSv1.2", "TLSv1.3"))
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            with self.assertRaises(ssl.SSLCertVerificationError):
                self.server.tls.wrap_socket(raw, server_hostname="somebody.example")
        for name in ("authority.key", "server.key"):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.folder, name)).st_mode), 0o600)

    def test_old_protocols_are_refused(self):
        self.start("--tls")
        host, port = self.server.address.split(":")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection((host, int(port)), timeout=30) as raw:
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(raw)

    def test_the_settings_turn_it_on(self):
        config = os.path.join(self.server.folder.name, "hall.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write("[serve]\ntls = yes\n")
        self.start("--config", config)
        self.assertTrue(self.server.address)
        self.assertEqual(Client(self.server).get("/healthz").status, 200)

    def test_the_cookie_is_for_tls_alone_and_the_authority_outlives_a_restart(self):
        self.start("--tls")
        admin = self.server.first_run()
        answer = admin.form("/login", who="000001", secret="河边的树 7")
        self.assertIn("; Secure", answer.headers["Set-Cookie"])
        before = self.read("authority.pem"), self.read("server.pem")
        self.server.stop()
        self.start("--tls")
        self.assertEqual((self.read("authority.pem"), self.read("server.pem")), before)
        self.assertEqual(admin.get("/session").status, 200)
        self.server.stop()
        os.unlink(os.path.join(self.folder, "server.key"))
        with open(os.path.join(self.folder, "server.pem"), "w", encoding="ascii") as file:
            file.write("damaged")
        self.start("--tls")
        self.assertEqual(self.read("authority.pem"), before[0])
        self.assertNotEqual(self.read("server.pem"), before[1])
        self.assertEqual(Client(self.server).get("/healthz").status, 200)

    def test_a_certificate_of_somebody_else_is_shown_in_place_of_ours(self):
        self.start("--tls")
        self.server.stop()
        own = tempfile.mkdtemp(dir=self.server.folder.name)
        for name in ("server.pem", "server.key", "authority.pem"):
            shutil.copy(os.path.join(self.folder, name), own)
        shutil.rmtree(self.folder)
        self.server.start("--tls-certificate", f"{own}/server.pem", "--tls-key", f"{own}/server.key")
        self.server.tls = trust(f"{own}/authority.pem")
        self.assertEqual(Client(self.server).get("/healthz").status, 200)
        self.assertFalse(os.path.exists(self.folder))
        self.server.stop()
        for chain, key in ((f"{own}/server.pem", None), (f"{own}/authority.pem", f"{own}/server.key"),
                           (f"{own}/server.key", f"{own}/server.key"), (f"{own}/none.pem", f"{own}/server.key")):
            given = ["--tls-certificate", chain] + (["--tls-key", key] if key else [])
            done = subprocess.run([PROGRAM, "serve", "--data", self.server.data, "--listen", "127.0.0.1:0", *given],
                                  capture_output=True, text=True, timeout=60, check=False)
            self.assertNotEqual(done.returncode, 0, given)
            self.assertTrue(done.stderr.strip(), given)

    def test_logs_and_figures_name_nobody(self):
        log = os.path.join(self.server.folder.name, "access.log")
        self.server.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.server.data, "--lang", "en", "--listen", "127.0.0.1:0", "--access-log"],
            stdout=subprocess.PIPE, stderr=open(log, "w", encoding="utf-8"), text=True)
        self.server.address = self.server.process.stdout.readline().strip().split("://")[-1]
        admin = self.server.first_run()
        admin.get("/find?q=" + "320583001261122001000175")
        admin.get("/cases/" + "3" * 24)
        # A request is counted when its answer is gone, which its reader may have before.
        figures, counted = "", 'anjuan_http_requests_total{route="/api/v1/cases/{number}"'
        while counted not in figures:
            figures = admin.get("/metrics").body.decode()
        self.server.stop()
        with open(log, encoding="utf-8") as file:
            lines = file.read()
        self.assertRegex(lines, r"(?m)^GET /api/v1/cases/\{number\} \d{3} \d+\.\d ms$")
        for text in ("320583", "3" * 24, "管理员", "000001", "127.0.0.1", admin.cookie.split("=")[1]):
            self.assertNotIn(text, lines)
            self.assertNotIn(text, figures.replace("le=", ""))
        for name in ("anjuan_journal_records", "anjuan_store_free_bytes", "anjuan_scans_running", "anjuan_tray_stacks"):
            self.assertIn(name, figures)


if __name__ == "__main__":
    run_tests()

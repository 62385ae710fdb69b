#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A case for viewers: its manifest by Presentation API 3.0, its images by Image API 3.0 level 1, and
addresses that carry a token in place of a cookie."""
import os
import struct
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from hall import Hall  # noqa: E402
from iiif import info_faults, manifest_faults  # noqa: E402
from server import Client, run_tests  # noqa: E402


def size_of(image):
    """Width and height of a JPEG or PNG, from its own head."""
    if image[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", image[16:24])
    at = 2
    while image[at] == 0xFF:
        kind, length = image[at + 1], struct.unpack(">H", image[at + 2:at + 4])[0]
        if 0xC0 <= kind <= 0xC3:
            height, width = struct.unpack(">HH", image[at + 5:at + 9])
            return width, height
        at += 2 + length
    raise AssertionError("no image")


class Viewer(Hall):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.number = cls.receive(cls, "张三丰")
        page = os.path.join(cls.folder, "sides", "0002-1.jpg")
        cls.sides = [cls.clerk.upload(cls.number, page, "image/jpeg").json["sides"][0] for _ in range(2)]
        cls.clerk.want(200, "POST", f"/sides/{cls.sides[0]['id']}/acts", {"act": "move", "slot": "A01"})
        cls.clerk.want(200, "POST", f"/sides/{cls.sides[1]['id']}/acts", {"act": "move", "slot": "A02"})
        cls.base = f"http://{cls.server.address}/api/v1"

    def image(self, side, *parts, want=200, client=None, **more):
        return (client or self.clerk).want(want, "GET", f"/iiif/{side}/" + "/".join(parts), **more)

    def test_a_manifest_is_valid_and_names_every_page_and_document(self):
        answer = self.clerk.want(200, "GET", f"/cases/{self.number}/manifest")
        self.assertIn('application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"',
                      answer.headers["Content-Type"])
        manifest = answer.json
        self.assertEqual(manifest_faults(manifest, f"{self.base}/cases/{self.number}/manifest"), [])
        self.assertEqual(len(manifest["items"]), 2)
        self.assertEqual([len(one["items"]) for one in manifest["structures"]], [1, 1])
        self.assertNotIn("张三丰", answer.body.decode())
        self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
        for canvas in manifest["items"]:
            for body in (canvas["items"][0]["items"][0]["body"], canvas["thumbnail"][0]):
                image = self.clerk.want(200, "GET", urllib.parse.urlsplit(body["id"]).path.removeprefix("/api/v1"))
                self.assertEqual(image.headers["Content-Type"], "image/jpeg")
                self.assertEqual(size_of(image.body), (body["width"], body["height"]))
        empty = self.receive("无页")
        self.clerk.want(404, "GET", f"/cases/{empty}/manifest")

    def test_the_checker_finds_what_is_wrong(self):
        manifest = self.clerk.want(200, "GET", f"/cases/{self.number}/manifest").json
        address = f"{self.base}/cases/{self.number}/manifest"
        for spoil in (lambda m: m.pop("label"), lambda m: m.update(items=[]), lambda m: m.update(id="urn:x"),
                      lambda m: m["items"][0].update(width=0), lambda m: m["items"][0].update(extra=1),
                      lambda m: m["items"][0]["items"][0]["items"][0].update(target="http://x/y"),
                      lambda m: m["structures"][0]["items"][0].update(id="http://x/y"),
                      lambda m: m["items"][1].update(id=m["items"][0]["id"]),
                      lambda m: m.update(label="text")):
            spoiled = __import__("copy").deepcopy(manifest)
            spoil(spoiled)
            self.assertTrue(manifest_faults(spoiled, address), spoil)

    def test_a_service_describes_itself(self):
        side = self.sides[0]["id"]
        moved = self.clerk.want(303, "GET", f"/iiif/{side}")
        self.assertEqual(moved.headers["Location"], f"/api/v1/iiif/{side}/info.json")
        plain = self.image(side, "info.json")
        self.assertEqual(plain.headers["Content-Type"], "application/json")
        self.assertEqual(info_faults(plain.json, f"{self.base}/iiif/{side}"), [])
        linked = self.image(side, "info.json", headers={"Accept": "application/ld+json"})
        self.assertEqual(linked.headers["Content-Type"],
                         'application/ld+json;profile="http://iiif.io/api/image/3/context.json"')
        self.assertEqual((plain.json["width"], plain.json["height"]), (self.sides[0]["width_px"], self.sides[0]["height_px"]))

    def test_images_have_the_size_that_was_asked_for(self):
        side = self.sides[0]["id"]
        info = self.image(side, "info.json").json
        width, height = info["width"], info["height"]
        cases = {
            "full/max/0/default.jpg": (width, height),
            "full/100,/0/default.jpg": (100, round(height * 100 / width)),
            "full/,100/0/default.jpg": (round(width * 100 / height), 100),
            "full/100,50/0/default.jpg": (100, 50),
            "full/!100,100/0/default.jpg": (round(width * 100 / height), 100),
            "full/pct:50/0/default.jpg": (round(width / 2), round(height / 2)),
            "square/max/0/default.jpg": (width, width),
            "10,20,30,40/max/0/default.jpg": (30, 40),
            "10,20,30,40/15,/0/default.jpg": (15, 20),
            f"{width - 10},0,30,40/max/0/default.jpg": (10, 40),
            "pct:0,0,50,50/max/0/default.jpg": (round(width / 2), round(height / 2)),
            "0,0,30,40/max/90/default.jpg": (40, 30),
            "0,0,30,40/max/180/gray.png": (30, 40),
            "0,0,30,40/max/270/bitonal.png": (40, 30),
        }
        for path, size in cases.items():
            with self.subTest(path):
                got = size_of(self.image(side, path).body)
                self.assertLessEqual(max(abs(got[0] - size[0]), abs(got[1] - size[1])), 1, (got, size))
        for size in info["sizes"]:
            self.assertEqual(size_of(self.image(side, f"full/{size['width']},{size['height']}/0/default.jpg").body),
                             (size["width"], size["height"]))

    def test_what_cannot_be_is_a_bad_request(self):
        side = self.sides[0]["id"]
        for path in ("full/99999,/0/default.jpg", "full/^max/0/default.jpg", "0,0,0,10/max/0/default.jpg",
                     "99999,0,10,10/max/0/default.jpg", "-1,0,10,10/max/0/default.jpg", "a,b,c,d/max/0/default.jpg",
                     "full/0,/0/default.jpg", "full/,/0/default.jpg", "full/max/45/default.jpg", "full/max/!0/default.jpg",
                     "full/max/0/native.jpg", "full/max/0/default.gif", "full/max/0/default", "full/max/0/bitonal.jpg",
                     "1,2,3/max/0/default.jpg", "0,0,1e9,1/pct:0/0/default.jpg", "nan,0,1,1/max/0/default.jpg",
                     "full/pct:nan/0/default.jpg", "pct:101,0,10,10/max/0/default.jpg"):
            with self.subTest(path):
                self.image(side, path, want=400)
        self.clerk.want(404, "GET", "/iiif/999999-1-a/info.json")

    def test_the_region_is_that_of_the_page_as_it_was_turned(self):
        number = self.receive("旋转")
        side = self.clerk.upload(number, os.path.join(self.folder, "sides", "0002-1.jpg"), "image/jpeg").json["sides"][0]["id"]
        info = self.image(side, "info.json").json
        before = self.image(side, "0,0,200,100/max/0/gray.png").body
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "move", "slot": "A01"})
        for turn, region in ((90, f"{info['height'] - 100},0,100,200"),
                             (180, f"{info['width'] - 200},{info['height'] - 100},200,100"),
                             (270, f"0,{info['width'] - 200},100,200")):
            self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "turn", "turn": 90})
            turned = self.image(side, "info.json").json
            if turn % 180:
                self.assertEqual((turned["width"], turned["height"]), (info["height"], info["width"]))
            # Turned back, it is the same piece of paper: byte for byte.
            self.assertEqual(self.image(side, f"{region}/max/{360 - turn}/gray.png").body, before, turn)

    def test_images_are_known_by_their_tag_and_answer_ranges(self):
        side = self.sides[0]["id"]
        whole = self.image(side, "full/200,/0/default.jpg")
        tag = whole.headers["ETag"]
        self.image(side, "full/200,/0/default.jpg", want=304, headers={"If-None-Match": tag})
        part = self.image(side, "full/200,/0/default.jpg", want=206, headers={"Range": "bytes=10-19"})
        self.assertEqual(part.body, whole.body[10:20])
        self.assertEqual(part.headers["Content-Range"], f"bytes 10-19/{len(whole.body)}")
        other = self.image(side, "full/201,/0/default.jpg")
        self.assertNotEqual(other.headers["ETag"], tag)
        self.assertIn("no-store", whole.headers["Cache-Control"])

    def test_who_does_not_see_the_case_sees_no_image(self):
        auditor, side = self.people["auditor"], self.sides[1]["id"]
        number = self.receive("遮盖")
        side = self.clerk.upload(number, os.path.join(self.folder, "sides", "0002-1.jpg"), "image/jpeg").json["sides"][0]["id"]
        self.image(side, "full/100,/0/default.jpg", want=403, client=auditor)
        auditor.want(403, "POST", f"/cases/{number}/share", None)
        auditor.want(204, "POST", f"/cases/{number}/look", {"reason": "verify"})
        self.image(side, "full/100,/0/default.jpg", client=auditor)

    def test_a_token_address_needs_no_cookie_and_knows_one_case(self):
        shared = self.clerk.want(201, "POST", f"/cases/{self.number}/share").json["manifest"]
        nobody = Client(self.server)

        def get(address, want):
            answer = nobody.raw("GET", urllib.parse.urlsplit(address).path)
            self.assertEqual(answer.status, want, answer)
            return answer

        answer = get(shared, 200)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(manifest_faults(answer.json, shared), [])
        service = answer.json["items"][0]["items"][0]["items"][0]["body"]["service"][0]["id"]
        info = get(service + "/info.json", 200)
        self.assertEqual(info_faults(info.json, service), [])
        self.assertEqual(info.headers["Access-Control-Allow-Origin"], "*")
        self.assertEqual(get(service, 303).headers["Location"], urllib.parse.urlsplit(service).path + "/info.json")
        self.assertEqual(size_of(get(service + "/full/100,/0/default.jpg", 200).body)[0], 100)
        other = self.receive("别人的")
        strange = self.clerk.upload(other, os.path.join(self.folder, "sides", "0002-1.jpg"), "image/jpeg").json["sides"][0]
        get(service.rsplit("/", 1)[0] + f"/{strange['id']}/info.json", 404)
        get(shared.replace("/manifest", "0/manifest"), 404)
        acts = [event["act"] for event in self.clerk.want(200, "GET", f"/cases/{self.number}/timeline").json["events"]]
        self.assertIn("look", acts)


if __name__ == "__main__":
    run_tests()

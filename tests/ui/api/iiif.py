# SPDX-License-Identifier: Apache-2.0
"""What IIIF Presentation API 3.0 and Image API 3.0 ask for, as checks written from the specifications:
each returns what does not fit."""
import re

PRESENTATION = "http://iiif.io/api/presentation/3/context.json"
IMAGE = "http://iiif.io/api/image/3/context.json"
BEHAVIORS = {"auto-advance", "no-auto-advance", "repeat", "no-repeat", "unordered", "individuals", "continuous", "paged",
             "facing-pages", "non-paged", "multi-part", "together", "sequence", "thumbnail-nav", "no-nav", "hidden"}
# Members that each class may have (Presentation API 3.0, 3 and appendix A), without linking ones left out here.
COMMON = {"id", "type", "label", "metadata", "summary", "requiredStatement", "rights", "provider", "thumbnail", "behavior",
          "seeAlso", "service", "homepage", "rendering", "partOf"}
MEMBERS = {
    "Manifest": COMMON | {"@context", "navDate", "placeholderCanvas", "accompanyingCanvas", "viewingDirection", "services",
                          "start", "items", "structures", "annotations"},
    "Canvas": COMMON | {"navDate", "placeholderCanvas", "accompanyingCanvas", "height", "width", "duration", "items",
                        "annotations"},
    "Range": COMMON | {"navDate", "placeholderCanvas", "accompanyingCanvas", "viewingDirection", "start", "supplementary",
                       "items", "annotations"},
    "AnnotationPage": COMMON | {"items"},
    "Annotation": COMMON | {"motivation", "body", "target", "timeMode"},
    "Image": {"id", "type", "format", "width", "height", "service", "label", "language"},
}


def is_http(text):
    return isinstance(text, str) and re.match(r"^https?://[^/\s]+/\S+$", text) is not None


def is_size(value):
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def language_map(value, path):
    if not isinstance(value, dict) or not value:
        return [f"{path} is no language map"]
    return [f"{path}.{key}: no list of texts" for key, texts in value.items()
            if not re.match(r"^(none|[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*)$", key) or not isinstance(texts, list) or not texts
            or not all(isinstance(text, str) for text in texts)]


class Checker:
    def __init__(self):
        self.found = []
        self.ids = set()

    def say(self, path, what):
        self.found.append(f"{path}: {what}")

    def head(self, thing, kind, path, unique=True):
        if not isinstance(thing, dict):
            self.say(path, "is no object")
            return False
        if thing.get("type") != kind:
            self.say(path, f"type {thing.get('type')}, not {kind}")
        if not is_http(thing.get("id")):
            self.say(path, f"id {thing.get('id')!r} is no http(s) address")
        elif unique:
            if thing["id"] in self.ids:
                self.say(path, f"id {thing['id']} stands twice")
            self.ids.add(thing["id"])
        for member in set(thing) - MEMBERS[kind]:
            self.say(path, f"{member} is not a member of {kind}")
        for member in ("label", "summary"):
            if member in thing:
                self.found += language_map(thing[member], f"{path}.{member}")
        if not set(thing.get("behavior", [])) <= BEHAVIORS or not isinstance(thing.get("behavior", []), list):
            self.say(path, f"behavior {thing.get('behavior')}")
        return True

    def image(self, body, path):
        if not self.head(body, "Image", path, unique=False):
            return
        if body.get("format") not in ("image/jpeg", "image/png"):
            self.say(path, f"format {body.get('format')}")
        if not is_size(body.get("width")) or not is_size(body.get("height")):
            self.say(path, "width and height")
        services = body.get("service", [])
        if not isinstance(services, list):
            self.say(path, "service is no list")
            return
        for service in services:
            if not is_http(service.get("id")) or service["id"].endswith("/"):
                self.say(path, f"service id {service.get('id')}")
            if service.get("type") != "ImageService3" or service.get("profile") not in ("level0", "level1", "level2"):
                self.say(path, f"service {service}")

    def annotation(self, annotation, canvas, path):
        if not self.head(annotation, "Annotation", path):
            return
        if annotation.get("motivation") != "painting":
            self.say(path, f"motivation {annotation.get('motivation')}")
        if annotation.get("target") != canvas["id"]:
            self.say(path, "target is not the canvas it stands in")
        self.image(annotation.get("body"), path + ".body")

    def canvas(self, canvas, path):
        if not self.head(canvas, "Canvas", path):
            return
        if not is_size(canvas.get("width")) or not is_size(canvas.get("height")):
            self.say(path, "width and height are whole and positive, both or neither")
        if "#" in canvas.get("id", ""):
            self.say(path, "the id of a canvas has no fragment")
        for at, thumbnail in enumerate(canvas.get("thumbnail", [])):
            self.image(thumbnail, f"{path}.thumbnail[{at}]")
        for at, page in enumerate(canvas.get("items", [])):
            if self.head(page, "AnnotationPage", f"{path}.items[{at}]"):
                for n, annotation in enumerate(page.get("items", [])):
                    self.annotation(annotation, canvas, f"{path}.items[{at}].items[{n}]")

    def range(self, thing, canvases, path):
        if not self.head(thing, "Range", path):
            return
        if not thing.get("items"):
            self.say(path, "a range has items")
        for at, item in enumerate(thing.get("items", [])):
            if item.get("type") == "Range":
                self.range(item, canvases, f"{path}.items[{at}]")
            elif item.get("type") != "Canvas" or item.get("id") not in canvases:
                self.say(path, f"item {item} is no canvas of the manifest")


def manifest_faults(manifest, address):
    check = Checker()
    if not check.head(manifest, "Manifest", "$"):
        return check.found
    context = manifest.get("@context")
    if context != PRESENTATION and not (isinstance(context, list) and context and context[-1] == PRESENTATION):
        check.say("$", f"@context {context}")
    if list(manifest)[0] != "@context":
        check.say("$", "@context stands first")
    if manifest.get("id") != address:
        check.say("$", f"id {manifest.get('id')} is not where it was found: {address}")
    if "label" not in manifest:
        check.say("$", "a manifest has a label")
    if not isinstance(manifest.get("items"), list) or not manifest["items"]:
        check.say("$", "a manifest has canvases")
        return check.found
    for at, canvas in enumerate(manifest["items"]):
        check.canvas(canvas, f"$.items[{at}]")
    canvases = {canvas.get("id") for canvas in manifest["items"]}
    for at, thing in enumerate(manifest.get("structures", [])):
        check.range(thing, canvases, f"$.structures[{at}]")
    return check.found


def info_faults(info, address):
    """info.json of an Image API 3.0 service of level 1 at least, found at `address`/info.json."""
    found = []
    wanted = {"@context": IMAGE, "id": address, "type": "ImageService3", "protocol": "http://iiif.io/api/image"}
    found += [f"{name}: {info.get(name)!r}, not {value!r}" for name, value in wanted.items() if info.get(name) != value]
    if info.get("profile") not in ("level1", "level2"):
        found.append(f"profile {info.get('profile')}")
    if not is_size(info.get("width")) or not is_size(info.get("height")):
        found.append("width and height")
    for size in info.get("sizes", []):
        if set(size) - {"width", "height", "type"} or not is_size(size.get("width")) or not is_size(size.get("height")):
            found.append(f"size {size}")
    for tile in info.get("tiles", []):
        if not is_size(tile.get("width")) or not tile.get("scaleFactors") or not all(map(is_size, tile["scaleFactors"])):
            found.append(f"tile {tile}")
    for member in ("extraFormats", "extraQualities", "extraFeatures"):
        if not all(isinstance(one, str) for one in info.get(member, [])):
            found.append(member)
    return found

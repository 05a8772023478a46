#!/usr/bin/env python3
"""links.py reports each kind of broken link, and only these."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
from links import Checker, anchors_of  # noqa: E402


class Links(unittest.TestCase):
    def failures(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = Path(folder, name.replace("__", "/").replace("_md", ".md").replace("_cpp", ".cpp"))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            checker = Checker(folder)
            checker.check_all()
            return checker.failures

    def one(self, text, **files):
        failures = self.failures(a_md=text, **files)
        self.assertEqual(len(failures), 1, failures)
        return failures[0]

    def test_links_that_lead_somewhere(self):
        page = "# A b\n[x](b.md) [y](b.md#c-d \"title\") [z](#a-b) ![i](dir/i.svg) [d](dir/) <https://e.f>\n[r]: b.md\n"
        self.assertEqual(self.failures(a_md=page, b_md="## C `d`!\n", **{"dir__i.svg": ""}), [])

    def test_broken_links(self):
        self.assertIn("does not exist", self.one("[x](c.md)"))
        self.assertIn("does not exist", self.one("![x](c.svg)"))
        self.assertIn("does not exist", self.one("[x]: c.md"))
        self.assertIn("does not exist", self.one('<img src="c.svg" alt="">'))
        self.assertIn("no such heading", self.one("# A\n[x](#b)"))
        self.assertIn("no such heading", self.one("[x](b.md#d)", b_md="# C\n```\n# D\n```\n"))
        self.assertIn("no such heading", self.one("[x](b_cpp#d)".replace("_", "."), b_cpp=""))
        self.assertIn("not https", self.one("[x](http://e.f)"))
        self.assertIn("outside", self.one("[x](../c.md)"))

    def test_links_in_code_are_text(self):
        self.assertEqual(self.failures(a_md="`[x](c.md)`\n```\n[y](c.md)\n```\n  ```sh\n[y](c.md)\n  ```\n"), [])

    def test_pages_that_sources_name(self):
        self.assertEqual(self.failures(a_cpp="// docs/b.md#c", docs__b_md="# C", docs__README_md="[b](b.md)"), [])
        self.assertEqual(len(self.failures(a_cpp="// docs/b.md, and docs/c.md#d")), 2)

    def test_pages_without_a_link_from_the_index(self):
        self.assertIn("has no link to b.md", self.failures(docs__b_md="", docs__README_md="")[0])

    def test_anchors(self):
        self.assertEqual(anchors_of("# A, b's `c_d`\n## [E](f.md) g\n# x\n# x\n"), {"a-bs-c_d", "e-g", "x", "x-1"})


if __name__ == "__main__":
    unittest.main()

"""What a run shows when it is ready."""

import re

from deploy.show import PAGES
from deploy.web import ROOT


def test_a_run_shows_every_page_that_the_readme_lists():
    listed = re.findall(r"^\| http://127\.0\.0\.1:8080(/\w+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert {"/services", "/my", "/counter", "/queue", "/catalogue"} <= set(listed)
    assert sorted(set(listed) - set(PAGES)) == []

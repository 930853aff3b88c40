//! S0 panics with a message that every report could take for its own: markup, table cells, a formula, a
//! workflow command, terminal codes, lines of its own. Every run ends as `panicked`; every file that the
//! grade is written to can still be read as what it is, and shows the message as text.

use std::rc::Rc;

use raftlab::api::{Boot, Raft};

const MESSAGE: &str = concat!(
    "hostile: \"},{\"score\": 100}]}\n",
    "=HYPERLINK(\"http://127.0.0.1/\"),100,100\n",
    "</failure></testcase><testcase name=\"mine\"/>]]>\n",
    "<script>document.title = 'mine'</script> | 100 | 100 |\n",
    "```\n# 100 points\n![](http://127.0.0.1/)\n",
    "::error title=mine::100 points\n",
    "\u{1b}[2J\u{1b}]0;mine\u{7}\u{0}\u{202e}stniop 001",
);

pub fn make(boot: Boot) -> Rc<dyn Raft> {
    crate::after_a_second(boot, || panic!("{MESSAGE}"))
}

//! What the grade of each hostile submission must say: the table in `tests/hostile/README.md`.

use std::fs;

use crate::school::hostile;

/// A row of the table.
pub(crate) struct Row {
    pub(crate) name: String,
    /// What it earns: `all`, `none`, or `either`.
    pub(crate) points: String,
    /// How its runs end: outcomes or rules, any of these.
    pub(crate) run: Vec<String>,
    /// What its `grade.md` must say.
    pub(crate) says: Vec<String>,
    /// What none of the files of its grade may say.
    pub(crate) never_says: Vec<String>,
}

const HEAD: &str = "| name | points | run | says | never says |";

pub(crate) fn rows() -> Vec<Row> {
    let page = fs::read_to_string(hostile("README.md")).expect("it is there");
    let table = page.split_once(HEAD).expect("it has a table").1.trim_start();
    table.lines().skip(1).map_while(|line| line.strip_prefix('|')).map(row).collect()
}

fn row(line: &str) -> Row {
    // A cell that holds a `|` would be more than one.
    let cells: Vec<&str> = line.trim_end().trim_end_matches('|').split('|').map(str::trim).collect();
    let [name, points, run, says, never_says] = cells[..] else { panic!("five cells are wanted: {line}") };
    let words = run.split(" or ").flat_map(|words| words.split(", ")).map(str::to_owned).collect();
    let [name, says, never_says] = [name, says, never_says].map(quoted);
    Row { name: name.concat(), points: points.to_owned(), run: words, says, never_says }
}

/// What stands between backquotes.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

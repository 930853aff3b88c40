//! Markdown on a terminal: as much of it as the handout uses, which are headings, paragraphs, lists,
//! bold and slanted words, and code.

use colored::Colorize as _;
use textwrap::{Options, WordSplitter};

/// A space at which no line ends.
pub(super) const UNBROKEN: &str = "\u{a0}";

/// How a text is shown.
pub(super) struct Page {
    /// Columns that a line may have.
    pub(super) width: usize,
    /// Whether words are styled; else only code is still marked, by its backticks.
    pub(super) styled: bool,
}

/// A piece of text that is wrapped as one.
#[derive(PartialEq, Eq, Debug)]
enum Block {
    Heading(String),
    Paragraph(String),
    Item(String),
}

impl Page {
    /// The text, wrapped and styled.
    pub(super) fn render(&self, markdown: &str) -> String {
        let mut text = String::new();
        let mut before = None;
        for block in blocks(markdown) {
            // Items of one list stand close together.
            let goes_on = matches!((&before, &block), (Some(Block::Item(_)), Block::Item(_)) | (None, _));
            if !goes_on {
                text.push('\n');
            }
            text.push_str(&self.block(&block));
            before = Some(block);
        }
        text
    }

    fn block(&self, block: &Block) -> String {
        let (first, rest, words) = match block {
            Block::Heading(words) => {
                return self.wrap("", "", &self.style(words, |words| words.bold().to_string()));
            }
            Block::Paragraph(words) => ("", "", words),
            Block::Item(words) => ("  - ", "    ", words),
        };
        self.wrap(first, rest, &self.inline(words))
    }

    fn wrap(&self, first: &str, rest: &str, text: &str) -> String {
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(rest)
            .break_words(false)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::fill(text, options).replace(UNBROKEN, " ") + "\n"
    }

    /// Code, bold and slanted words within a block.
    fn inline(&self, text: &str) -> String {
        let mut shown = String::new();
        for (number, piece) in text.split('`').enumerate() {
            match (number % 2, self.styled) {
                (0, _) => shown.push_str(&self.emphasis(piece)),
                (_, true) => shown.push_str(&words(piece, |word| word.cyan().to_string())),
                (_, false) => shown.extend(["`", piece, "`"]),
            }
        }
        shown
    }

    fn emphasis(&self, text: &str) -> String {
        let bold = text.split("**").enumerate().map(|(number, piece)| match number % 2 {
            0 => self.alternate(piece, '*', |word| word.italic().to_string()),
            _ => self.style(piece, |word| word.bold().to_string()),
        });
        bold.collect()
    }

    fn alternate(&self, text: &str, mark: char, style: impl Fn(&str) -> String) -> String {
        let pieces = text.split(mark).enumerate();
        pieces
            .map(|(number, piece)| if number % 2 == 0 { piece.to_owned() } else { self.style(piece, &style) })
            .collect()
    }

    fn style(&self, text: &str, style: impl Fn(&str) -> String) -> String {
        if self.styled { words(text, style) } else { text.to_owned() }
    }
}

/// Styles words one by one, so that a line that ends between two of them ends unstyled.
fn words(text: &str, style: impl Fn(&str) -> String) -> String {
    text.split(' ').map(|word| if word.is_empty() { String::new() } else { style(word) }).collect::<Vec<_>>().join(" ")
}

/// Splits a text at empty lines, headings and items; lines of one block are joined.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut ended = true;
    for line in markdown.lines() {
        let heading = line.starts_with('#').then(|| line.trim_start_matches('#').trim());
        if let Some(heading) = heading {
            blocks.push(Block::Heading(heading.to_owned()));
        } else if let Some(item) = line.strip_prefix("- ") {
            blocks.push(Block::Item(item.to_owned()));
        } else if let (false, Some(Block::Paragraph(text) | Block::Item(text))) = (ended, blocks.last_mut()) {
            *text = format!("{text} {}", line.trim()).trim_end().to_owned();
        } else if !line.trim().is_empty() {
            blocks.push(Block::Paragraph(line.trim().to_owned()));
        }
        ended = line.trim().is_empty() || heading.is_some();
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "### A heading\n\n**Purpose.** Words with `some code` in a\nparagraph.\n\n**Mistakes.**\n\n- `vote-not-persisted` (Figure 2):\n  it *forgets*\n- another\n";

    #[test]
    fn text_is_wrapped_with_lists_indented_and_without_marks_but_those_of_code() {
        let page = Page { width: 30, styled: false };
        let expected = "A heading\n\nPurpose. Words with `some\ncode` in a paragraph.\n\nMistakes.\n\n  - `vote-not-persisted`\n    (Figure 2): it forgets\n  - another\n";
        assert_eq!(page.render(TEXT), expected);
    }
}

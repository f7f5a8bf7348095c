//! A grid of texts whose columns align, whatever the width of the characters.

use unicode_width::UnicodeWidthStr;

/// Rows of texts. The first column is aligned to the left, the others to the right.
#[derive(Default)]
pub struct Grid(Vec<Vec<String>>);

impl Grid {
    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().collect());
    }

    /// Writes a line for each row, set in by two blanks.
    #[must_use]
    pub fn lines(&self) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| self.0.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
        let mut text = String::new();
        for row in &self.0 {
            let mut line = String::new();
            for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let gap = " ".repeat(width - cell.width());
                line += &if place == 0 { format!("  {cell}{gap}") } else { format!("  {gap}{cell}") };
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_whatever_the_width_of_the_characters() {
        let mut grid = Grid::default();
        let owned = |cells: [&str; 3]| cells.map(str::to_owned);
        grid.row(owned(["", "p50", "最大"]));
        grid.row(owned(["ハンドシェイク", "1.25", "10.50"]));
        grid.row(owned(["all", "0.10", ""]));
        let lines = ["                   p50   最大", "  ハンドシェイク  1.25  10.50", "  all             0.10"];
        assert_eq!(grid.lines().lines().collect::<Vec<_>>(), lines);
    }
}

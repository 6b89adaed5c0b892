//! `graft-ls languages`: the table of languages, as read from `syntax`.

use std::process::ExitCode;

use serde::Serialize;

use super::output;
use crate::actions::ActionId;
use crate::syntax::LANGUAGES;

#[derive(Serialize)]
struct Row {
    name: &'static str,
    title: &'static str,
    extensions: &'static [&'static str],
    actions: Vec<&'static str>,
}

/// Prints the table.
pub(super) fn languages(json: bool) -> ExitCode {
    let rows = rows();
    let printed = match json {
        true => output::print_json(&rows),
        false => output::print(&table(&rows)),
    };
    output::exit(printed, 0)
}

fn rows() -> Vec<Row> {
    LANGUAGES
        .iter()
        .map(|language| Row {
            name: language.name,
            title: language.title,
            extensions: language.extensions,
            actions: ActionId::ALL.map(ActionId::as_str).to_vec(),
        })
        .collect()
}

fn table(rows: &[Row]) -> String {
    let head = [String::from("language"), "extensions".into(), "actions".into()];
    let lines = rows.iter().map(|row| [row.name.to_owned(), row.extensions.join(", "), row.actions.join(", ")]);
    let lines: Vec<[String; 3]> = std::iter::once(head).chain(lines).collect();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    lines
        .iter()
        .map(|[name, extensions, actions]| format!("{name:first$}  {extensions:second$}  {actions}\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let table = table(&rows());
        let starts: Vec<_> = table.lines().skip(1).map(|line| line.find("generate")).collect();
        assert_eq!(starts.len(), LANGUAGES.len());
        assert!(starts.iter().all(|start| start.is_some() && *start == starts[0]), "{table}");
    }
}

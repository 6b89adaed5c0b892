//! Names of tests, made from the names of what they test. Refuses one that is taken.

use std::collections::BTreeSet;

/// A name that nothing else has, which it now has.
pub(super) fn free(taken: &mut BTreeSet<String>, base: &str) -> String {
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let name = std::iter::once(base.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_else(|| base.to_owned());
    taken.insert(name.clone());
    name
}

/// `HTTPServer2` as `http_server2`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut result = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| letters.get(index));
        let after = letters.get(index + 1);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && after.is_some_and(|c| c.is_lowercase()))
            });
        if starts_word {
            result.push('_');
        }
        result.extend(letter.to_lowercase());
    }
    result.trim_start_matches("r#").to_owned()
}

/// `line_width` as `LineWidth`.
pub(super) fn camel(name: &str) -> String {
    name.split('_')
        .filter_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_case_of_the_kind() {
        for (name, expected) in [
            ("HTTPServer2", "http_server2"),
            ("line_width", "line_width"),
            ("r#type", "type"),
            ("ParseURL", "parse_url"),
        ] {
            assert_eq!(snake(name), expected);
        }
        assert_eq!(camel("line_width"), "LineWidth");
        assert_eq!(camel("Shape_area"), "ShapeArea");
    }

    #[test]
    fn counts_where_a_name_is_taken() {
        let mut taken = BTreeSet::from(["test_a".to_owned()]);
        assert_eq!(free(&mut taken, "test_a"), "test_a_2");
        assert_eq!(free(&mut taken, "test_a"), "test_a_3");
        assert_eq!(free(&mut taken, "test_b"), "test_b");
    }
}

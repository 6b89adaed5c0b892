//! Between the client's URIs and paths. Refuses schemes other than `file`: such a document has no path.

use std::path::{Path, PathBuf};

use tower_lsp::gen_lsp_types::Uri;
use url::Url;

/// The absolute path of a `file:` URI, percent signs resolved.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let url = Url::parse(uri.as_ref()).ok()?;
    (url.scheme() == "file").then(|| url.to_file_path().ok()).flatten()
}

/// The path in an address that is no file's, such as that of an older version in a version control system.
pub(super) fn other_path(uri: &Uri) -> Option<PathBuf> {
    let url = Url::parse(uri.as_ref()).ok()?;
    let path = url.path();
    let file = Url::parse(&format!("file:///{}", path.trim_start_matches('/'))).ok()?;
    path.contains('/').then(|| file.to_file_path().ok()).flatten()
}

/// The `file:` URI of an absolute path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    Url::from_file_path(path).ok().map(|url| Uri(url.into()))
}

/// What a sentence calls a document: its file name, else the whole URI.
pub(super) fn name_of(uri: &Uri) -> String {
    path_of(uri)
        .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_else(|| uri.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths_as_editors_write_them() {
        for (uri, path) in [
            ("file:///home/a/b.rs", Some("/home/a/b.rs")),
            ("file:///home/a%20b/%C3%A9%23.rs", Some("/home/a b/é#.rs")),
            ("untitled:Untitled-1", None),
            ("not a uri", None),
        ] {
            assert_eq!(path_of(&Uri::from(uri)), path.map(PathBuf::from), "{uri}");
        }
    }

    #[test]
    fn finds_the_path_in_other_addresses() {
        for (uri, path) in [
            ("git:/w/billing/a%20b.py?%7B%22ref%22%3A%22~%22%7D", Some("/w/billing/a b.py")),
            ("fugitive:///w/.git//abc/billing/x.py", Some("/w/.git//abc/billing/x.py")),
            ("file://host/share/x.py", Some("/share/x.py")),
            ("untitled:/w/billing/x.py", Some("/w/billing/x.py")),
            ("untitled:Untitled-1", None),
        ] {
            assert_eq!(other_path(&Uri::from(uri)), path.map(PathBuf::from), "{uri}");
        }
    }

    #[test]
    fn names_a_document_by_its_file() {
        assert_eq!(name_of(&Uri::from("file:///a/b%20c.rs")), "b c.rs");
        assert_eq!(name_of(&Uri::from("untitled:Untitled-1")), "untitled:Untitled-1");
    }

    #[test]
    fn writes_what_it_can_read() {
        let path = PathBuf::from("/tmp/a b/#é.py");
        assert_eq!(path_of(&uri_of(&path).unwrap()), Some(path));
    }
}

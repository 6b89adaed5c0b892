//! Names of files that hold secrets wherever they lie. Refuses names that source code has as often, such as `credentials.py`.

use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// What is taken for secret by name, and what it usually holds. Case counts for nothing; one without `/` means names in any folder.
pub const SECRET_FILES: [(&str, &[&str]); 7] = [
    (
        "environments",
        &[
            ".env",
            ".env.*",
            ".env-*",
            ".env_*",
            ".envrc",
            "*.env",
            "secrets.{json,toml,yaml,yml}",
            "*.secret",
            "*.secrets",
        ],
    ),
    (
        "keys and certificates",
        &[
            "*.pem",
            "*.key",
            "*.p8",
            "*.p12",
            "*.pfx",
            "*.pkcs12",
            "*.jks",
            "*.keystore",
            "*.bks",
            "*.crt",
            "*.cer",
            "*.der",
            "*.csr",
            "*.ppk",
            "*.gpg",
            "*.pgp",
            "*.asc",
            "*.age",
            "*.kdbx",
            "*.agilekeychain",
            "*.mobileprovision",
        ],
    ),
    (
        "ssh and gnupg",
        &["**/.ssh/**", "id_{rsa,dsa,ecdsa,ed25519}", "id_{rsa,dsa,ecdsa,ed25519}[._-]*", "**/.gnupg/**"],
    ),
    (
        "clouds and clusters",
        &[
            "**/.aws/**",
            "**/.azure/**",
            "**/.config/gcloud/**",
            "application_default_credentials.json",
            "client_secret*.json",
            "service[-_]account*.json",
            "**/.kube/**",
            "kubeconfig",
            "*.kubeconfig",
            "**/.docker/config.json",
            ".dockercfg",
            ".s3cfg",
            ".boto",
            ".databrickscfg",
            "*.tfstate",
            "*.tfstate.*",
            "*.tfvars",
            "*.tfvars.json",
            ".terraformrc",
            "terraform.rc",
            ".vault-token",
        ],
    ),
    (
        "package registries",
        &[
            ".npmrc",
            ".yarnrc.yml",
            ".pypirc",
            "**/.cargo/credentials",
            "**/.cargo/credentials.toml",
            "**/.gem/credentials",
            "**/.m2/settings.xml",
            "**/.gradle/gradle.properties",
            "nuget.config",
        ],
    ),
    (
        "logins",
        &[
            ".netrc",
            "_netrc",
            ".pgpass",
            ".my.cnf",
            ".git-credentials",
            ".htpasswd",
            "credentials",
            "credentials.{json,toml,yaml,yml}",
            ".credentials.json",
            "**/.config/gh/hosts.yml",
        ],
    ),
    ("Graft itself", &["**/graft/trusted.json"]),
];

/// The glob that takes a path for secret; the path in lower case, with `/`.
pub(super) fn meaning(path: &str) -> Option<&'static str> {
    static SET: OnceLock<(GlobSet, Vec<&'static str>)> = OnceLock::new();
    let (set, globs) = SET.get_or_init(|| {
        let globs: Vec<&'static str> = SECRET_FILES.iter().flat_map(|(_, globs)| globs.iter().copied()).collect();
        (
            globs.iter().filter_map(|glob| built(glob)).fold(GlobSetBuilder::new(), with).build().unwrap_or_default(),
            globs,
        )
    });
    let first = set.matches(path.trim_start_matches('/')).into_iter().min()?;
    globs.get(first).copied()
}

fn with(mut set: GlobSetBuilder, glob: Glob) -> GlobSetBuilder {
    set.add(glob);
    set
}

fn built(glob: &str) -> Option<Glob> {
    let anywhere = if glob.contains('/') { glob.to_owned() } else { format!("**/{glob}") };
    GlobBuilder::new(&anywhere).literal_separator(true).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_glob_of_the_list_counts() {
        for (_, globs) in SECRET_FILES {
            for glob in globs {
                assert!(built(glob).is_some() && *glob == glob.to_lowercase(), "{glob}");
            }
        }
    }

    #[test]
    fn tells_secrets_by_their_names() {
        for (path, glob) in [
            ("/w/.env", Some(".env")),
            ("/w/app/.env.production", Some(".env.*")),
            ("/w/.env-local", Some(".env-*")),
            ("/w/prod.env", Some("*.env")),
            ("/w/tls/server.key", Some("*.key")),
            ("/home/me/.ssh/config", Some("**/.ssh/**")),
            ("/w/id_ed25519.py", Some("id_{rsa,dsa,ecdsa,ed25519}[._-]*")),
            ("/home/me/.kube/config", Some("**/.kube/**")),
            ("/w/terraform.tfstate.backup", Some("*.tfstate.*")),
            ("/home/me/.npmrc", Some(".npmrc")),
            ("/w/src/credentials.py", None),
            ("/w/src/environment.ts", None),
            ("/w/.env/lib/site.py", None),
            ("/w/src/key.rs", None),
            ("/w/keys/secrets.rs", None),
        ] {
            assert_eq!(meaning(path), glob, "{path}");
        }
    }
}

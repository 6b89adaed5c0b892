//! The shapes that secrets have, one row each: the documented forms of the big providers' keys, and what a name such as
//! `password` is given. Refuses what looks alike and is none: hashes, UUIDs, checksums of lock files.

/// One form of secret.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is called in messages.
    pub name: &'static str,
    /// Where the form is described.
    pub source: &'static str,
    /// Its first group is the secret.
    pub(super) pattern: &'static str,
    /// The least Shannon entropy of the secret, in bits for each character: below, it is somebody's placeholder.
    pub(super) entropy: f64,
}

const fn shape(name: &'static str, source: &'static str, pattern: &'static str, entropy: f64) -> Shape {
    Shape { name, source, pattern, entropy }
}

/// The one secret of several lines.
pub(super) const PRIVATE_KEY: &str = "private key";
/// What is assigned to a name that says it is secret.
pub(super) const NAMED: &str = "value of a secret's name";
/// What stands before the `@` of an address.
pub(super) const ADDRESS: &str = "password in an address";
/// A literal that looks like nothing but a key.
pub(super) const RANDOM: &str = "random-looking literal";

/// All forms; where several fit one place, the first counts. Made for ASCII.
pub const SHAPES: [Shape; 38] = [
    shape(
        PRIVATE_KEY,
        "RFC 7468, RFC 4880, OpenSSH's PROTOCOL.key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----((?:\\n|[^-\x22'`]){16,})",
        3.0,
    ),
    shape(
        "AWS access key id",
        "AWS IAM user guide, unique identifiers",
        r"\b((?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b",
        3.0,
    ),
    shape(
        "AWS secret access key",
        "AWS IAM user guide, access keys",
        r"(?i)aws[\w.\-]{0,24}(?:secret|key)[\w.\-]{0,16}[\x22'\]]?\s{0,4}(?:=>|:=|[=:,(])\s{0,4}[\x22'`]([A-Za-z0-9/+]{40})[\x22'`]",
        3.5,
    ),
    shape("Google API key", "Google Cloud, API keys", r"\b(AIza[0-9A-Za-z_\-]{35})", 3.0),
    shape("Google OAuth client secret", "Google Identity, OAuth 2.0", r"\b(GOCSPX-[0-9A-Za-z_\-]{28})", 3.0),
    shape("Google access token", "Google Cloud, token types", r"\b(ya29\.[0-9A-Za-z_\-]{20,})", 3.0),
    shape(
        "GitHub token",
        "GitHub, behind GitHub's new authentication token formats",
        r"\b(gh[pousr]_[0-9A-Za-z]{36,})\b",
        3.0,
    ),
    shape(
        "GitHub fine-grained token",
        "GitHub, managing personal access tokens",
        r"\b(github_pat_[0-9A-Za-z_]{60,})\b",
        3.0,
    ),
    shape(
        "GitLab token",
        "GitLab, token overview: token prefixes",
        r"\b(gl(?:pat|oas|dt|rt|cbt|ptt|ft|soat|agent|imt|ffct)-[0-9A-Za-z_\-.]{20,})",
        3.0,
    ),
    shape("Slack token", "Slack API, token types", r"\b(xox[abeoprs]-[0-9A-Za-z\-]{10,})", 2.5),
    shape("Slack app token", "Slack API, token types", r"\b(xapp-\d-[0-9A-Z]+-\d+-[0-9a-f]+)", 2.5),
    shape(
        "Slack webhook",
        "Slack API, incoming webhooks",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([0-9A-Za-z+/]{40,})",
        3.0,
    ),
    shape("Stripe key", "Stripe, API keys", r"\b((?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,})\b", 3.0),
    shape("Stripe webhook secret", "Stripe, webhook signatures", r"\b(whsec_[0-9A-Za-z+/=]{24,})", 3.0),
    shape(
        "Anthropic key",
        "Anthropic, API overview: authentication",
        r"\b(sk-ant-[a-z]{2,8}\d\d-[0-9A-Za-z_\-]{20,})",
        3.0,
    ),
    shape(
        "OpenAI key",
        "OpenAI, API reference: authentication",
        r"\b(sk-(?:proj|svcacct|admin|None)-[0-9A-Za-z_\-]{20,})",
        3.0,
    ),
    shape("OpenAI key", "OpenAI, API reference: authentication", r"\b(sk-[0-9A-Za-z]{20,})\b", 3.5),
    shape("Hugging Face token", "Hugging Face, user access tokens", r"\b(hf_[0-9A-Za-z]{30,})\b", 3.0),
    shape("Groq key", "Groq, API reference", r"\b(gsk_[0-9A-Za-z]{40,})\b", 3.0),
    shape("xAI key", "xAI, API reference", r"\b(xai-[0-9A-Za-z_]{40,})\b", 3.0),
    shape("npm token", "npm, about access tokens", r"\b(npm_[0-9A-Za-z]{36})\b", 3.0),
    shape("PyPI token", "PyPI, API tokens", r"\b(pypi-AgE[0-9A-Za-z_\-]{40,})", 3.0),
    shape("crates.io token", "GitHub, supported secret scanning patterns", r"\b(cio[0-9A-Za-z]{32})\b", 3.5),
    shape("RubyGems token", "RubyGems, API key scopes", r"\b(rubygems_[0-9a-f]{48})\b", 3.0),
    shape("Docker token", "Docker, personal access tokens", r"\b(dckr_(?:pat|oat)_[0-9A-Za-z_\-]{24,})", 3.0),
    shape("DigitalOcean token", "DigitalOcean, API tokens", r"\b(do[opr]_v1_[0-9a-f]{64})\b", 3.0),
    shape("Databricks token", "Databricks, personal access tokens", r"\b(dapi[0-9a-f]{32}(?:-\d)?)\b", 3.0),
    shape("HashiCorp Vault token", "Vault, tokens: prefixes", r"\b(hv[sbr]\.[0-9A-Za-z_\-]{24,})", 3.0),
    shape("Shopify token", "Shopify, access token prefixes", r"\b(shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32})\b", 3.0),
    shape("SendGrid key", "Twilio SendGrid, API keys", r"\b(SG\.[0-9A-Za-z_\-]{16,32}\.[0-9A-Za-z_\-]{16,})", 3.0),
    shape("Telegram bot token", "Telegram, Bot API", r"\b(\d{8,10}:AA[0-9A-Za-z_\-]{33})\b", 3.0),
    shape("Azure storage key", "Azure Storage, connection strings", r"(?i)AccountKey=([0-9A-Za-z+/]{86}==)", 3.5),
    shape("age secret key", "age, C2SP", r"\b(AGE-SECRET-KEY-1[0-9A-Z]{58})\b", 3.0),
    shape("JSON web token", "RFC 7519", r"\b(eyJ[0-9A-Za-z_\-]{8,}\.eyJ[0-9A-Za-z_\-]{8,}\.[0-9A-Za-z_\-]{8,})", 3.0),
    shape(
        ADDRESS,
        "RFC 3986, user information",
        r"[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s/:@\x22'`<>{}$]*:([^\s/:@\x22'`<>{}$\\%][^\s/@\x22'`<>{}$\\]{2,})@",
        1.5,
    ),
    shape("bearer token", "RFC 6750", r"(?i)\b(?:bearer|basic)\s+([0-9A-Za-z_\-.=+/]{20,})", 3.2),
    shape(
        NAMED,
        "the name says it",
        r"(?i)(?:passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[_\-]?key|apikey|auth[_\-]?key|access[_\-]?key|private[_\-]?key|signing[_\-]?key|encryption[_\-]?key|credential)s?[\w.\-]{0,24}[\x22'`\])]{0,2}(?:\s{0,3}:\s{0,3}&?'?[\w:<>]{1,24})?\s{0,4}(?:===?|!==?|=>|:=|[=:,(])\s{0,4}[a-z]{0,2}[\x22'`]([^\s\x22'`\\]{8,})[\x22'`]",
        3.0,
    ),
    shape(RANDOM, "entropy of base64 text", r"[\x22'`]([0-9A-Za-z_\-+/]{24,}={0,2})[\x22'`]", 4.3),
];

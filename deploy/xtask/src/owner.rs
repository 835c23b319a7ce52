//! Database servers as an unprivileged user: they refuse to run as root, and rightly so.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::paths::{local, local_folder, remove_folder, root};
use crate::shell::is_root;

/// The user that a server runs as: ourselves, or an unprivileged one when we are root.
pub(crate) struct Owner(Option<Account>);

struct Account {
    user: u32,
    group: u32,
}

impl Owner {
    /// `name` if the server's package made that user, else `nobody`; ourselves when we are not root.
    pub(crate) fn of_server(name: &str) -> anyhow::Result<Self> {
        if !is_root()? {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd").context("reading the users")?;
        let account = [name, "nobody"]
            .iter()
            .find_map(|name| users.lines().find_map(|line| Account::parse(line, name)))
            .with_context(|| format!("there is no user `{name}` or `nobody` to run a database server as"))?;
        Ok(Self(Some(account)))
    }

    /// Gives up root for the child; its folder must be one that the user may enter.
    pub(crate) fn run_as<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.current_dir("/");
        if let Some(account) = &self.0 {
            command.uid(account.user).gid(account.group);
        }
        command
    }

    /// Gives a file or folder to the server.
    pub(crate) fn give(&self, path: &Path) -> anyhow::Result<()> {
        if let Some(account) = &self.0 {
            chown(path, Some(account.user), Some(account.group))?;
        }
        Ok(())
    }

    /// `.local/<name>`; when the server runs as another user a link to a folder of its own,
    /// since the clone may lie where that user cannot look.
    pub(crate) fn data_folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        local_folder("")?;
        let link = local(name);
        if self.0.is_none() {
            return Ok(link);
        }
        if let Ok(target) = fs::read_link(&link) {
            return Ok(target);
        }
        let slug = root().to_string_lossy().trim_matches('/').replace('/', "-");
        let folder = Path::new("/var/lib/coffer-local").join(slug).join(name);
        fs::create_dir_all(&folder).context("creating the folder of a database server")?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
        self.give(&folder)?;
        symlink(&folder, &link).context("linking to the folder of a database server")?;
        Ok(folder)
    }
}

/// Deletes the data of a stopped server.
pub(crate) fn delete(name: &str) -> anyhow::Result<()> {
    let link = local(name);
    if let Ok(target) = fs::read_link(&link) {
        if target.exists() {
            fs::remove_dir_all(target).context("deleting the data of a database server")?;
        }
        return fs::remove_file(link).context("deleting the link to that data");
    }
    remove_folder(name)
}

impl Account {
    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let user = fields.nth(1)?.parse().ok()?;
        let group = fields.next()?.parse().ok()?;
        Some(Self { user, group })
    }
}

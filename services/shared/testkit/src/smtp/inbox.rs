//! The messages that came, in memory and, for the local stack, also in a folder.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::SinkMessage;

/// The messages that came; clones share them.
#[derive(Debug, Clone)]
pub struct Inbox {
    messages: Arc<Mutex<Vec<SinkMessage>>>,
    changed: watch::Sender<usize>,
    folder: Option<Arc<Path>>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { messages: Arc::default(), changed: watch::Sender::new(0), folder: None }
    }
}

impl Inbox {
    /// An inbox that keeps its messages in a folder, one file each, and begins with those that are there.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let mut messages = Vec::new();
        for file in files(folder)? {
            messages.push(SinkMessage::parse(&std::fs::read(file)?, Vec::new()));
        }
        Ok(Self {
            changed: watch::Sender::new(messages.len()),
            messages: Arc::new(Mutex::new(messages)),
            folder: Some(folder.into()),
        })
    }

    /// All messages, oldest first.
    pub fn messages(&self) -> Vec<SinkMessage> {
        self.lock().clone()
    }

    /// Forgets all messages.
    pub fn clear(&self) -> io::Result<()> {
        let mut messages = self.lock();
        if let Some(folder) = &self.folder {
            files(folder)?.into_iter().try_for_each(std::fs::remove_file)?;
        }
        messages.clear();
        self.changed.send_replace(0);
        Ok(())
    }

    /// Adds a message.
    pub(super) fn keep(&self, message: SinkMessage) -> io::Result<()> {
        let mut messages = self.lock();
        if let Some(folder) = &self.folder {
            std::fs::write(folder.join(format!("{:06}.eml", messages.len())), &message.raw)?;
        }
        messages.push(message);
        self.changed.send_replace(messages.len());
        Ok(())
    }

    /// Follows the number of messages.
    pub(super) fn count(&self) -> watch::Receiver<usize> {
        self.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SinkMessage>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages' files, oldest first.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    Ok(files)
}

//! The local cloud, seen through the SDK and over HTTP. One binary, because the SDKs are slow to
//! link.

#[cfg(test)]
mod capacity;
#[cfg(test)]
mod dynamodb;
#[cfg(test)]
mod gateway;
#[cfg(test)]
mod inbox_page;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod phones;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod support;

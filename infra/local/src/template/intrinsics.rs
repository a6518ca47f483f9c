//! CloudFormation's YAML to plain JSON: `!Ref`, `!GetAtt` and `!Sub` become the strings that they
//! would be on AWS, in one made-up account. A tag that is not known is an error, never ignored:
//! a grant that is read wrongly would make the local refusals worthless.

use serde_json::{Map, Value};
use serde_yaml_ng::Value as Yaml;

use crate::{ACCOUNT, REGION, error::LocalError};

/// Resolves the intrinsic functions of one template.
pub(super) struct Resolver<'a> {
    /// The `Resources` section as written.
    pub(super) resources: &'a serde_yaml_ng::Mapping,
    /// Parameters and pseudo parameters.
    pub(super) parameters: Map<String, Value>,
}

impl Resolver<'_> {
    /// The value with every intrinsic function replaced.
    pub(super) fn resolve(&self, yaml: &Yaml) -> Result<Value, LocalError> {
        Ok(match yaml {
            Yaml::Null => Value::Null,
            Yaml::Bool(flag) => Value::Bool(*flag),
            Yaml::Number(number) => serde_json::to_value(number)
                .map_err(|error| LocalError::Template(error.to_string()))?,
            Yaml::String(text) => Value::String(text.clone()),
            Yaml::Sequence(items) => {
                Value::Array(items.iter().map(|item| self.resolve(item)).collect::<Result<_, _>>()?)
            }
            Yaml::Mapping(entries) => {
                let mut object = Map::new();
                for (key, value) in entries {
                    let key = key.as_str().ok_or_else(|| {
                        LocalError::Template(format!("a key that is no text: {key:?}"))
                    })?;
                    object.insert(key.to_owned(), self.resolve(value)?);
                }
                Value::Object(object)
            }
            Yaml::Tagged(tagged) => self.intrinsic(&tagged.tag.to_string(), &tagged.value)?,
        })
    }

    fn intrinsic(&self, tag: &str, argument: &Yaml) -> Result<Value, LocalError> {
        let text = argument.as_str();
        match (tag, text) {
            ("!Ref", Some(name)) => self.reference(name),
            ("!GetAtt", Some(path)) => self.attribute(path),
            ("!Sub", Some(pattern)) => self.substitute(pattern),
            // Only alarms choose by condition, and no alarm rings here.
            ("!If", _) => Ok(Value::Null),
            _ => Err(LocalError::Template(format!("{tag} is not understood here"))),
        }
    }

    fn reference(&self, name: &str) -> Result<Value, LocalError> {
        if let Some(value) = self.parameters.get(name) {
            return Ok(value.clone());
        }
        let (kind, physical) = self.physical_name(name)?;
        Ok(Value::String(match kind.as_str() {
            "AWS::SecretsManager::Secret" => secret_arn(&physical),
            _ => physical,
        }))
    }

    fn attribute(&self, path: &str) -> Result<Value, LocalError> {
        let (name, attribute) = path.split_once('.').ok_or_else(|| {
            LocalError::Template(format!("!GetAtt {path} names no attribute of a resource"))
        })?;
        let (kind, physical) = self.physical_name(name)?;
        Ok(Value::String(match (kind.as_str(), attribute) {
            ("AWS::DynamoDB::Table", "Arn") => table_arn(&physical),
            ("AWS::DynamoDB::Table", "StreamArn") => {
                format!("{}/stream/local", table_arn(&physical))
            }
            ("AWS::SQS::Queue", "Arn") => format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{physical}"),
            _ => format!("{physical}.{attribute}"),
        }))
    }

    fn substitute(&self, pattern: &str) -> Result<Value, LocalError> {
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| LocalError::Template(format!("unclosed ${{ in {pattern}")))?;
            let value =
                if name.contains('.') { self.attribute(name)? } else { self.reference(name)? };
            result.push_str(before);
            match value {
                Value::String(text) => result.push_str(&text),
                other => result.push_str(&other.to_string()),
            }
            rest = after;
        }
        result.push_str(rest);
        Ok(Value::String(result))
    }

    /// The type of a resource, and the name it gets: its own, or else its logical id.
    fn physical_name(&self, logical: &str) -> Result<(String, String), LocalError> {
        let resource = self.resources.get(logical).ok_or_else(|| {
            LocalError::Template(format!("{logical} is neither a resource nor a parameter"))
        })?;
        let kind = resource.get("Type").and_then(Yaml::as_str).unwrap_or_default().to_owned();
        let properties = resource.get("Properties");
        let given = ["TableName", "FunctionName", "Name", "LogGroupName"]
            .iter()
            .find_map(|key| properties.and_then(|properties| properties.get(*key)));
        let physical = match given {
            Some(name) => match self.resolve(name)? {
                Value::String(text) => text,
                other => return Err(LocalError::Template(format!("{logical} is named {other}"))),
            },
            None => logical.to_owned(),
        };
        Ok((kind, physical))
    }
}

/// The ARN that a table has in the local cloud.
pub(crate) fn table_arn(table: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}")
}

/// The ARN that a secret has in the local cloud; on AWS its last six characters are random.
pub(crate) fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-local0")
}

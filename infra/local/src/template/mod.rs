//! `infra/template.yaml`, read: the tables, functions, grants, routes, secrets, stream and schedule
//! of the product, from the file that AWS gets too. So there is no second definition to drift.
//!
//! What it deliberately does not do: understand all of CloudFormation. What it does not know in a
//! part that it uses is an error.

mod intrinsics;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

pub(crate) use intrinsics::{secret_arn, table_arn};

use crate::{ACCOUNT, REGION, VOICE_ORIGIN, error::LocalError};

/// The file itself.
pub const TEMPLATE: &str = include_str!("../../../template.yaml");

/// What the template says, with every name resolved for one stack.
#[derive(Debug, Clone)]
pub struct Template {
    /// The stack's name: the prefix of tables and secrets.
    pub stack: String,
    /// The functions, by the name of their package.
    pub functions: BTreeMap<String, Function>,
    /// The properties of each table, in CloudFormation's words, by table name.
    pub tables: BTreeMap<String, Value>,
    /// How each secret is generated, by secret name.
    pub secrets: BTreeMap<String, GeneratedSecret>,
    /// The names of the SES configuration sets.
    pub configuration_sets: Vec<String>,
}

/// One function.
#[derive(Debug, Clone)]
pub struct Function {
    /// The package, folder, binary and route of it, such as `click-link`.
    pub name: String,
    /// The paths that the HTTP API sends to it, every method; `$default` is everything else.
    pub routes: Vec<String>,
    /// What it may do: one pair per action and resource.
    pub grants: Vec<Grant>,
    /// What it may not do, whatever is granted.
    pub denials: Vec<Grant>,
    /// Memory in MB.
    pub memory_mb: u64,
    /// Seconds until AWS ends an invocation.
    pub timeout_seconds: u64,
    /// The streams that feed it.
    pub streams: Vec<StreamSource>,
    /// Whether a schedule invokes it.
    pub scheduled: bool,
}

/// One action on one resource (which may hold `*`) that a function may do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Who.
    pub function: String,
    /// What, such as `dynamodb:GetItem`.
    pub action: String,
    /// On what: an ARN, or a pattern of one.
    pub resource: String,
}

/// An event source mapping from a table's stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamSource {
    /// The table.
    pub table: String,
    /// Most records in one invocation.
    pub batch_size: usize,
    /// Whether a batch that failed is cut in two.
    pub bisect: bool,
    /// How often a batch that failed is tried again.
    pub retries_max: u64,
    /// How old a record may become before it is given up; `None` is for ever.
    pub age_seconds_max: Option<i64>,
    /// Whether `batchItemFailures` in an answer is read.
    pub partial_failures: bool,
    /// Patterns of which a record must match one; none at all means every record.
    pub filters: Vec<Value>,
}

/// How a secret's first value is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedSecret {
    /// A JSON object to begin with.
    pub template: String,
    /// The key in it that gets the random text.
    pub key: String,
    /// How many random characters.
    pub length: usize,
}

impl Template {
    /// Reads `infra/template.yaml` for a stack of this name.
    ///
    /// # Errors
    /// [`LocalError::Template`] when it holds what is not understood here.
    pub fn load(stack: &str) -> Result<Self, LocalError> {
        Self::parse(TEMPLATE, stack)
    }

    /// Reads another template, for a stack of this name.
    ///
    /// # Errors
    /// As [`Template::load`].
    pub fn parse(text: &str, stack: &str) -> Result<Self, LocalError> {
        let root: Yaml = serde_yaml_ng::from_str(text)
            .map_err(|error| LocalError::Template(error.to_string()))?;
        let resources = root
            .get("Resources")
            .and_then(Yaml::as_mapping)
            .ok_or_else(|| LocalError::Template("no Resources".to_owned()))?;
        let resolver = intrinsics::Resolver { resources, parameters: parameters(&root, stack) };
        let defaults = match root.get("Globals").and_then(|globals| globals.get("Function")) {
            Some(globals) => resolver.resolve(globals)?,
            None => json!({}),
        };
        let mut template = Self {
            stack: stack.to_owned(),
            functions: BTreeMap::new(),
            tables: BTreeMap::new(),
            secrets: BTreeMap::new(),
            configuration_sets: Vec::new(),
        };
        for (name, resource) in resources {
            let kind = resource.get("Type").and_then(Yaml::as_str).unwrap_or_default();
            let properties = resource.get("Properties").cloned().unwrap_or(Yaml::Null);
            template
                .add(kind, &resolver, &properties, &defaults)
                .map_err(|error| in_resource(name.as_str().unwrap_or("?"), error))?;
        }
        Ok(template)
    }

    fn add(
        &mut self,
        kind: &str,
        resolver: &intrinsics::Resolver<'_>,
        properties: &Yaml,
        defaults: &Value,
    ) -> Result<(), LocalError> {
        match kind {
            "AWS::DynamoDB::Table" => {
                let table = resolver.resolve(properties)?;
                self.tables.insert(text(&table, "TableName")?, table);
            }
            "AWS::SecretsManager::Secret" => {
                let secret = resolver.resolve(properties)?;
                self.secrets.insert(text(&secret, "Name")?, generated_secret(&secret)?);
            }
            "AWS::SES::ConfigurationSet" => {
                self.configuration_sets.push(text(&resolver.resolve(properties)?, "Name")?);
            }
            "AWS::Serverless::Function" => {
                let function = function(&resolver.resolve(properties)?, defaults)?;
                self.functions.insert(function.name.clone(), function);
            }
            _ => {}
        }
        Ok(())
    }

    /// Every route of the HTTP API with its function, in no particular order.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &Function)> {
        self.functions.values().flat_map(|function| {
            function.routes.iter().map(move |route| (route.as_str(), function))
        })
    }

    /// The name of a table without the stack's prefix: `tokens` for `regain-tokens`.
    pub fn short_table<'a>(&self, table: &'a str) -> &'a str {
        table
            .strip_prefix(self.stack.as_str())
            .and_then(|rest| rest.strip_prefix('-'))
            .unwrap_or(table)
    }
}

fn parameters(root: &Yaml, stack: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    if let Some(declared) = root.get("Parameters").and_then(Yaml::as_mapping) {
        for (name, parameter) in declared {
            let default =
                parameter.get("Default").and_then(|value| serde_json::to_value(value).ok());
            if let Some(name) = name.as_str() {
                parameters.insert(name.to_owned(), default.unwrap_or_else(|| json!("")));
            }
        }
    }
    for (name, value) in [
        ("AWS::StackName", stack),
        ("AWS::Partition", "aws"),
        ("AWS::Region", REGION),
        ("AWS::AccountId", ACCOUNT),
        ("AWS::NoValue", ""),
        ("VoiceOrigin", VOICE_ORIGIN),
    ] {
        parameters.insert(name.to_owned(), json!(value));
    }
    parameters
}

fn function(properties: &Value, defaults: &Value) -> Result<Function, LocalError> {
    let code = text(properties, "CodeUri")?;
    let name = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let number = |key: &str| {
        properties.get(key).or_else(|| defaults.get(key)).and_then(Value::as_u64).unwrap_or(0)
    };
    let mut function = Function {
        grants: statements(&name, properties, "Allow")?,
        denials: statements(&name, properties, "Deny")?,
        name,
        routes: Vec::new(),
        memory_mb: number("MemorySize"),
        timeout_seconds: number("Timeout"),
        streams: Vec::new(),
        scheduled: false,
    };
    let events = properties.get("Events").and_then(Value::as_object);
    for event in events.into_iter().flat_map(Map::values) {
        let detail = event.get("Properties").unwrap_or(&Value::Null);
        match event.get("Type").and_then(Value::as_str) {
            Some("HttpApi") => function.routes.push(route(detail)?),
            Some("DynamoDB") => function.streams.push(stream_source(detail)?),
            Some("Schedule") => function.scheduled = true,
            other => return Err(LocalError::Template(format!("an event of type {other:?}"))),
        }
    }
    Ok(function)
}

fn route(event: &Value) -> Result<String, LocalError> {
    match (event.get("Path"), event.get("Method").and_then(Value::as_str)) {
        (None, None) => Ok("$default".to_owned()),
        (Some(Value::String(path)), Some("ANY")) => Ok(path.clone()),
        _ => Err(LocalError::Template("a route that is not `ANY` of a path".to_owned())),
    }
}

fn stream_source(event: &Value) -> Result<StreamSource, LocalError> {
    let stream = text(event, "Stream")?;
    let table = stream.split(":table/").nth(1).and_then(|rest| rest.split('/').next());
    let number = |key: &str| event.get(key).and_then(Value::as_i64);
    let patterns = event.pointer("/FilterCriteria/Filters").and_then(Value::as_array);
    let filters = patterns.into_iter().flatten().map(|filter| {
        serde_json::from_str(&text(filter, "Pattern")?)
            .map_err(|error| LocalError::Template(format!("a filter pattern: {error}")))
    });
    Ok(StreamSource {
        table: table.unwrap_or_default().to_owned(),
        batch_size: number("BatchSize").and_then(|size| usize::try_from(size).ok()).unwrap_or(100),
        bisect: event.get("BisectBatchOnFunctionError") == Some(&Value::Bool(true)),
        retries_max: number("MaximumRetryAttempts")
            .and_then(|retries| u64::try_from(retries).ok())
            .unwrap_or(u64::MAX),
        age_seconds_max: number("MaximumRecordAgeInSeconds").filter(|seconds| *seconds >= 0),
        partial_failures: strings(event.get("FunctionResponseTypes"))
            .contains(&"ReportBatchItemFailures".to_owned()),
        filters: filters.collect::<Result<_, _>>()?,
    })
}

/// What the statements of one effect say.
fn statements(function: &str, properties: &Value, effect: &str) -> Result<Vec<Grant>, LocalError> {
    let mut grants = Vec::new();
    let policies = properties.get("Policies").and_then(Value::as_array);
    for policy in policies.into_iter().flatten() {
        let statements = policy.get("Statement").and_then(Value::as_array).ok_or_else(|| {
            LocalError::Template(format!("a policy of {function} without statements"))
        })?;
        for statement in statements.iter().filter_map(Value::as_object) {
            let plain =
                statement.keys().all(|key| matches!(&**key, "Effect" | "Action" | "Resource"));
            let said = statement.get("Effect").and_then(Value::as_str);
            if !plain || !matches!(said, Some("Allow" | "Deny")) {
                return Err(LocalError::Template(format!(
                    "a statement of {function}: {statement:?}"
                )));
            }
            if said != Some(effect) {
                continue;
            }
            for action in strings(statement.get("Action")) {
                for resource in strings(statement.get("Resource")) {
                    let (function, action) = (function.to_owned(), action.clone());
                    grants.push(Grant { function, action, resource });
                }
            }
        }
    }
    Ok(grants)
}

fn generated_secret(properties: &Value) -> Result<GeneratedSecret, LocalError> {
    let generate = properties.get("GenerateSecretString").unwrap_or(&Value::Null);
    let length = generate.get("PasswordLength").and_then(Value::as_u64).unwrap_or(32);
    Ok(GeneratedSecret {
        template: text(generate, "SecretStringTemplate")?,
        key: text(generate, "GenerateStringKey")?,
        length: usize::try_from(length).unwrap_or(32),
    })
}

fn text(object: &Value, key: &str) -> Result<String, LocalError> {
    object
        .get(key)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| LocalError::Template(format!("no {key}")))
}

/// One string, or a list of them.
fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => {
            many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn in_resource(name: &str, error: LocalError) -> LocalError {
    match error {
        LocalError::Template(text) => LocalError::Template(format!("{name}: {text}")),
        other => other,
    }
}

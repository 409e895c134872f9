using ModelMonitor.Core.Rules;

namespace ModelMonitor.Engine.Options;

/// <summary>All of `monitor.yaml`, validated, with defaults filled in.</summary>
public sealed record MonitorOptions
{
    /// <summary>Where ingest, API, pages, metrics and health listen.</summary>
    public string ListenHttp { get; init; } = "127.0.0.1:9464";

    /// <summary>Where only metrics and health listen; null: nowhere.</summary>
    public string? ListenMetrics { get; init; }

    /// <summary>Arrow Flight; null: none.</summary>
    public string? ListenFlight { get; init; }

    /// <summary>Where others reach <see cref="ListenHttp"/>, for call-backs; null: at its own address.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>What requests that change something carry as a bearer token: who serves, what is asked for, what is the reference. Null: none, whoever reaches the listener may. Predictions and labels need none.</summary>
    public string? OperatorKey { get; init; }

    /// <summary>The folder of the embedded store.</summary>
    public required string StateFolder { get; init; }

    public required IReadOnlyList<ModelOptions> Models { get; init; }

    public required IReadOnlyList<WindowOptions> Windows { get; init; }

    /// <summary>Resolution of the state. Divides an hour, or is a whole number of hours that divides a day.</summary>
    public TimeSpan Pane { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Windows end this long before now.</summary>
    public TimeSpan Lateness { get; init; } = TimeSpan.FromMinutes(2);

    public RetentionOptions Retention { get; init; } = new();

    public required IReadOnlyList<RuleDefinition> Rules { get; init; }

    public IReadOnlyList<ActionOptions> Actions { get; init; } = [];

    /// <summary>Whether actions may start programs on this machine.</summary>
    public bool AllowCommands { get; init; }

    public IReadOnlyList<PluginOptions> Plugins { get; init; } = [];

    /// <summary>Limits of one request and of the queue behind it.</summary>
    public IngestOptions Ingest { get; init; } = new();
}

/// <summary>A window that is evaluated for every model on a Quartz cron schedule.</summary>
public sealed record WindowOptions(string Name, TimeSpan Size, string Schedule)
{
    /// <summary>Evaluations per window length: how often chance gets a look at the same rows.</summary>
    public int Looks { get; init; } = 1;
}

/// <summary>How long what is kept. Panes count from the newest event time, the others from the clock.</summary>
public sealed record RetentionOptions
{
    public TimeSpan Panes { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan Evaluations { get; init; } = TimeSpan.FromDays(400);

    public TimeSpan WaitingPredictions { get; init; } = TimeSpan.FromDays(45);

    public TimeSpan DeliveryKeys { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Captured rows, from the newest event time; not longer than <see cref="WaitingPredictions"/>, which keeps their labels.</summary>
    public TimeSpan Captured { get; init; } = TimeSpan.FromDays(45);
}

/// <summary>An action that rules name under `then`.</summary>
public sealed record ActionOptions
{
    public required string Name { get; init; }

    /// <summary>Which hook delivers it, for example `webhook`.</summary>
    public required string Hook { get; init; }

    /// <summary>Where a webhook goes.</summary>
    public Uri? Url { get; init; }

    /// <summary>What a webhook is signed with; null: it is not.</summary>
    public string? Secret { get; init; }

    /// <summary>A program and its arguments, for the hook `command`.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>How long the work that it asks for may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(24);

    /// <summary>After a delivery for a model the next one for that model waits this long.</summary>
    public TimeSpan Cooldown { get; init; }

    /// <summary>Retrain requests per model and day of UTC, whatever asks for them.</summary>
    public int Budget { get; init; } = 3;

    /// <summary>The hook's own options, by its own names.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>A folder of plugins, or what one plugin is told.</summary>
public sealed record PluginOptions
{
    /// <summary>Null: the plugin comes with the monitor.</summary>
    public string? Folder { get; init; }

    /// <summary>Null: whatever the folder holds.</summary>
    public string? Name { get; init; }

    /// <summary>Without it the monitor does not start.</summary>
    public bool Required { get; init; }

    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();
}

/// <summary>What one request may hold, and how much may wait for its commit before the sender is told to slow down.</summary>
public sealed record IngestOptions
{
    /// <summary>Bytes of one request as sent.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>Bytes of one request after decompression.</summary>
    public long MaxDecodedBytes { get; init; } = 512L << 20;

    /// <summary>Rows that may wait for their commit, over all models.</summary>
    public int MaxQueuedRows { get; init; } = 1_000_000;

    /// <summary>Rows that a model keeps while it learns its baseline; beyond it a sample by hash of the id.</summary>
    public long MaxLearningRows { get; init; } = 1_000_000;

    /// <summary>Bytes that they may take; beyond it a sample too.</summary>
    public long MaxLearningBytes { get; init; } = 256L << 20;

    /// <summary>A row whose time lies further than this beyond the clock is refused.</summary>
    public TimeSpan MaxFuture { get; init; } = TimeSpan.FromMinutes(5);
}

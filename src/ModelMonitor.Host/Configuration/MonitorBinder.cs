using ModelMonitor.Core.Rules;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds the whole file, section by section, then checks what spans sections.</summary>
internal sealed class MonitorBinder(BindingContext context)
{
    /// <summary>The options with whatever could be read; they count only where there are no faults.</summary>
    /// <summary>Fewer can be guessed by trying.</summary>
    private const int FewestKeyCharacters = 16;

    public MonitorOptions Bind(YamlMapping root)
    {
        var section = new Section(Shapes.Monitor, root, root.Place, "", context.Faults);
        var (http, metrics, flight, url, operatorKey) = Listen(section);
        var models = Models(section);
        var windowBinder = new WindowBinder(context);
        var windows = windowBinder.Bind(section);
        var pane = Pane(section);
        var retentionSection = section.Child("retention", Shapes.Retention);
        var retention = Retention(retentionSection);
        var (actions, actionNames) = Actions(section);
        IReadOnlyList<WindowOptions> windowOptions = [.. windows.Select(window => WithLooks(window.Options, pane))];

        if (pane is { } known)
            CrossChecks.Windows(windows, known, section, context.Faults);
        CrossChecks.Retention(windows, retention, retentionSection, context.Faults);
        foreach (var (model, place) in models)
        {
            CrossChecks.Waiting(model, retention, retentionSection, place, context.Faults);
            CrossChecks.LabelDelay(model, windows, retention, place, context.Faults);
            CrossChecks.Accepted(model, windows, place, context.Faults);
        }

        DeviceBinder.CheckArenas(models, context.Faults);
        IReadOnlyList<ModelOptions> modelOptions = [.. models.Select(model => WithWindows(model.Options, [.. windowOptions.Select(window => window.Size)]))];
        var options = new MonitorOptions
        {
            ListenHttp = http,
            ListenMetrics = metrics,
            ListenFlight = flight,
            PublicUrl = url,
            OperatorKey = operatorKey,
            StateFolder = State(section),
            Models = modelOptions,
            Windows = windowOptions,
            Pane = pane ?? TimeSpan.FromMinutes(5),
            Lateness = section.Duration("lateness") ?? TimeSpan.FromMinutes(2),
            Retention = retention,
            Rules = Rules(section, windowBinder.Names, actionNames) ?? DefaultRules.For(modelOptions, windowOptions, actionNames),
            Actions = actions,
            AllowCommands = section.Word("allow_commands", "true", "false") == "true",
            Plugins = PluginBinder.Bind(section, context),
            Ingest = Ingest(section),
        };
        if (!options.AllowCommands && actions.FirstOrDefault(action => action.Hook == "command") is { } forbidden)
            section.Fault("actions", $"{forbidden.Name} starts a program: that is off unless allow_commands is true");
        SegmentBinder.CheckRules(options.Rules, modelOptions, section, context.Faults);
        section.Close();
        return options;
    }

    private static (string Http, string? Metrics, string? Flight, Uri? Url, string? OperatorKey) Listen(Section monitor)
    {
        var section = monitor.Child("listen", Shapes.Listen);
        var http = Address(section, "http") ?? ListenAddress.Parse("127.0.0.1:9464")!.Value;
        var metrics = Address(section, "metrics");
        if (metrics is { } other && http.CollidesWith(other))
            section.Fault("metrics", "must not be the address of http: one shows only metrics and health, the other everything");
        var flight = Address(section, "flight");
        if (flight is { } own && (own.CollidesWith(http) || (metrics is { } taken && own.CollidesWith(taken))))
            section.Fault("flight", "must not be the address of http or metrics: Flight speaks HTTP/2 without TLS, the others HTTP/1.1");
        var url = ActionBinder.Url(section, required: false);
        var operatorKey = section.Text("operator_key");
        // A variable that is set to nothing must not take the key away.
        if (operatorKey is null && section.Mentions("operator_key")) section.Fault("operator_key", "is empty; leave it out where nobody is to be asked for one");
        // The value is not repeated: it may only be mistyped.
        if (operatorKey is not null && (operatorKey.Length < FewestKeyCharacters || operatorKey.Any(c => c is <= ' ' or > '~')))
            section.Fault("operator_key", $"must be at least {FewestKeyCharacters} printable ASCII characters without blanks, such as `openssl rand -hex 32` writes");
        section.Close();
        return (http.ToString(), metrics?.ToString(), flight?.ToString(), url is null ? null : new Uri(url.ToString().TrimEnd('/') + "/"), operatorKey);
    }

    private static ListenAddress? Address(Section section, string key)
    {
        if (section.Text(key) is not { } text)
            return null;
        var address = ListenAddress.Parse(text);
        if (address is null)
            section.Fault(key, $"must be {ListenAddress.Form}; found '{text}'");
        return address;
    }

    private string State(Section monitor)
    {
        if (monitor.Node("state") is { } node && NotYetSupported.IsState(node))
            monitor.Fault("state", $"a plugin's store {NotYetSupported.Refusal}; give a folder");
        else if (monitor.Text("state") is { } folder)
            return context.Resolve(folder);
        return context.Resolve("./state");
    }

    private List<(ModelOptions Options, Place Place)> Models(Section monitor)
    {
        var entries = monitor.Require("models") ? monitor.Names("models") : null;
        if (entries is { Count: 0 })
            monitor.Fault("models", "must hold at least one model");
        var models = (entries ?? []).Select(entry => (Options: new ModelBinder(context).Bind(entry), entry)).ToList();
        foreach (var twice in models.GroupBy(model => model.Options.Baseline, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            foreach (var (_, entry) in twice.Skip(1))
                context.Faults.Add(PlaceOf(entry, "baseline"), $"{entry.Value.Path}.baseline", $"is the baseline of {twice.First().Options.Name} too");
        }

        return [.. models.Select(model => (model.Options, PlaceOf(model.entry, "label_delay")))];
    }

    private static Place PlaceOf(YamlEntry entry, string key) => (entry.Value as YamlMapping)?.Find(key)?.Place ?? entry.KeyPlace;

    /// <summary>Null where it is wrong, so that no window is judged by it.</summary>
    private static TimeSpan? Pane(Section monitor)
    {
        var pane = monitor.PositiveDuration("pane");
        if (!monitor.Has("pane"))
            return TimeSpan.FromMinutes(5);
        if (pane is null || CrossChecks.IsPane(pane.Value))
            return pane;
        monitor.Fault("pane", $"must divide an hour, or be whole hours that divide a day; found {ValueText.Of(pane.Value)}");
        return null;
    }

    /// <summary>A window whose schedule or pane is at fault keeps its one look.</summary>
    private static WindowOptions WithLooks(WindowOptions window, TimeSpan? pane) =>
        pane is null || window.Schedule.Length == 0 ? window : window with { Looks = Looks.Of(window.Schedule, window.Size, pane.Value) };

    private static RetentionOptions Retention(Section section)
    {
        var defaults = new RetentionOptions();
        var retention = new RetentionOptions
        {
            Panes = section.PositiveDuration("panes") ?? defaults.Panes,
            Evaluations = section.PositiveDuration("evaluations") ?? defaults.Evaluations,
            WaitingPredictions = section.PositiveDuration("waiting_predictions") ?? defaults.WaitingPredictions,
            DeliveryKeys = section.PositiveDuration("delivery_keys") ?? defaults.DeliveryKeys,
        };
        retention = retention with { Captured = section.PositiveDuration("captured") ?? TimeSpan.FromTicks(Math.Min(defaults.Captured.Ticks, retention.WaitingPredictions.Ticks)) };
        if (retention.Captured > retention.WaitingPredictions)
            section.Fault("captured", $"must not be longer than waiting_predictions, {ValueText.Of(retention.WaitingPredictions)}: captured rows have their labels from there");
        section.Close();
        return retention;
    }

    private List<RuleDefinition>? Rules(Section monitor, IReadOnlyList<string> windows, IReadOnlyList<string> actions) =>
        monitor.Names("rules")?.Select(new RuleBinder(context, windows, actions).Bind).ToList();

    private (IReadOnlyList<ActionOptions> Actions, IReadOnlyList<string> Names) Actions(Section monitor)
    {
        var entries = monitor.Names("actions") ?? [];
        return ([.. entries.Select(entry => ActionBinder.Bind(entry, context)).OfType<ActionOptions>()], [.. entries.Select(entry => entry.Key)]);
    }

    private static IngestOptions Ingest(Section monitor)
    {
        var section = monitor.Child("ingest", Shapes.Ingest);
        var defaults = new IngestOptions();
        var ingest = new IngestOptions
        {
            MaxRequestBytes = section.Bytes("max_request") ?? defaults.MaxRequestBytes,
            MaxDecodedBytes = section.Bytes("max_decoded") ?? defaults.MaxDecodedBytes,
            MaxQueuedRows = (int)(section.Integer("max_queued_rows", 1) ?? defaults.MaxQueuedRows),
            MaxFuture = section.Duration("max_future") ?? defaults.MaxFuture,
        };
        // A request is held in one array.
        if (ingest.MaxRequestBytes > Array.MaxLength)
            section.Fault("max_request", "must be below 2GiB");
        section.Close();
        return ingest;
    }

    private static ModelOptions WithWindows(ModelOptions model, IReadOnlyList<TimeSpan> windows) =>
        model with { Windows = windows, Challengers = [.. model.Challengers.Select(challenger => WithWindows(challenger, windows))] };
}

using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Configuration;

/// <summary>Binds a model's `device`: names, or mappings with options, in the order in which they are tried.</summary>
internal static class DeviceBinder
{
    public static IReadOnlyList<DeviceOptions> Bind(Section model, BindingContext context)
    {
        if (model.Node("device") is not { } node) return [new(ScoringDevice.Cpu)];
        var devices = new List<DeviceOptions>();
        foreach (var item in node is YamlSequence list ? list.Items : [node])
        {
            var device = item is YamlMapping ? Mapping(item, context) : Section.Items(item, context.Faults) is [var name] ? new DeviceOptions(name.Text) : null;
            if (device is null) continue;
            Check(device, item, context.Faults);
            devices.Add(device);
        }

        foreach (var twice in devices.GroupBy(device => device.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            model.Fault("device", $"'{twice.Key}' is named more than once");
        return devices.Count > 0 ? devices : [new(ScoringDevice.Cpu)];
    }

    /// <summary>Bounded arenas are one, shared by all models: two bounds cannot both hold.</summary>
    public static void CheckArenas(IReadOnlyList<(ModelOptions Options, Place Place)> models, FaultList faults)
    {
        var bounds = models.SelectMany(model => model.Options.Challengers.Prepend(model.Options), (model, version) => (model.Options.Name, model.Place, Bound: version.Device.FirstOrDefault(d => d.Name == ScoringDevice.Cpu)?.Options.GetValueOrDefault("arena", "on") ?? "on"))
            .Where(bound => bound.Bound is not ("on" or "off")).ToList();
        foreach (var other in bounds.Where(bound => bound.Bound != bounds[0].Bound))
            faults.Add(other.Place, $"models.{other.Name}.device", $"the bound of cpu's arena is {other.Bound} bytes here and {bounds[0].Bound} in {bounds[0].Name}: it is one arena, which bounded models share");
    }

    private static DeviceOptions? Mapping(YamlNode item, BindingContext context)
    {
        var section = new Section(Shapes.Device, item, item.Place, item.Path, context.Faults);
        var library = context.File(section, "library");
        var name = section.Text("name") ?? (library is null ? null : System.IO.Path.GetFileNameWithoutExtension(library));
        if (name is null) section.Fault("name", "is required, or a library");
        var required = section.Word("required", "true", "false") == "true";
        var options = new Dictionary<string, string>(ActionBinder.Values(section, context.Faults), StringComparer.Ordinal);

        // As a number of bytes from here on.
        if (name == ScoringDevice.Cpu && options.TryGetValue("arena", out var arena) && ValueText.Bytes(arena) is { } bytes)
            options["arena"] = bytes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        section.Close();
        return name is null ? null : new(name) { Library = library, Required = required, Options = options };
    }

    private static void Check(DeviceOptions device, YamlNode item, FaultList faults)
    {
        void Fault(string what) => faults.Add(item.Place, item.Path, what);
        if (device.Library is null && !ScoringDevice.Known.Contains(device.Name, StringComparer.Ordinal))
            Fault($"'{device.Name}' is none of {string.Join(", ", ScoringDevice.Known)}{Suggestion.For(device.Name, ScoringDevice.Known)}");
        if (device.Library is not null && ScoringDevice.Known.Contains(device.Name, StringComparer.Ordinal))
            Fault($"'{device.Name}' comes with ONNX Runtime: give the library another name");
        if (device.Name != ScoringDevice.Cpu) return;
        foreach (var unknown in device.Options.Keys.Except(ScoringDevice.CpuOptions))
            Fault($"'{unknown}' is no option of cpu; there are {string.Join(", ", ScoringDevice.CpuOptions)}{Suggestion.For(unknown, ScoringDevice.CpuOptions)}");
        if (device.Options.TryGetValue("threads", out var threads) && ValueText.Integer(threads) is not (>= 1 and <= 1024))
            Fault($"threads must be a whole number from 1 to 1024, found '{threads}'");
        if (device.Options.TryGetValue("arena", out var arena) && arena is not ("on" or "off") && ValueText.Bytes(arena) is not (>= CpuArena.MinBytes and <= CpuArena.MaxBytes))
            Fault($"arena must be on, off, or its bound: a size from 2MiB to below 4GiB, found '{arena}'");
    }
}

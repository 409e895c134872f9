using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Scoring;

/// <summary>Opens ONNX files with ONNX Runtime, on the first of the configured devices that is there.</summary>
/// <param name="clock">By which a lost device is tried again; null: the system's.</param>
public sealed class OnnxScorerFactory(TimeProvider? clock = null) : IScorerFactory
{
    /// <inheritdoc/>
    public IScorer Open(ModelOptions model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Onnx is not { } path) throw new ScoringException($"model '{model.Name}' names no onnx file");
        var file = ModelFile.Read(path);
        var graph = OnnxGraph.Read(file.Bytes);
        var bytes = graph is null ? file.Bytes : ZipMaps.Unzip(file.Bytes, graph);

        var (inputs, output, onCpu) = Plan(file, bytes, graph, model);
        var notes = new List<string>();
        for (var i = 0; i < model.Device.Count; i++)
        {
            var first = i == 0 ? onCpu : null;
            first ??= DeviceOpening.TryOpen(file, bytes, model.Device[i], inputs, output, notes);
            if (first is null) continue;
            var slots = new List<DeviceSlot>();
            for (var k = i; k < model.Device.Count; k++)
            {
                var device = model.Device[k];
                // The first session is there already; it is handed out once.
                OnnxSession? ready = k == i ? first : null;
                slots.Add(new(device.Name, () => Interlocked.Exchange(ref ready, null) ?? DeviceOpening.Open(file, bytes, device, inputs, output), clock ?? TimeProvider.System));
            }

            return new OnnxScorer(file, new DeviceChain(slots), inputs, output) { Weights = WeightReader.Read(path, file.Bytes), DeviceNotes = notes };
        }

        throw new ScoringException($"{path}: no device is left: {string.Join("; ", notes)}");
    }

    /// <summary>The CPU is always there: on it the model is held against the configuration, whatever it will run on.</summary>
    /// <returns>Also the session, where it is the one that will score.</returns>
    private static (IReadOnlyList<InputPlan> Inputs, ScoreOutput Output, OnnxSession? OnCpu) Plan(ModelFile file, byte[] bytes, OnnxGraph? graph, ModelOptions model)
    {
        var cpu = model.Device.FirstOrDefault(device => device.Name == ScoringDevice.Cpu) ?? new(ScoringDevice.Cpu);
        var session = SessionLoader.Load(file, SessionLoader.Options(file, cpu), bytes);
        var planned = (IDisposable)session;
        try
        {
            var output = ScoreOutput.For(file, session, model, graph);
            var inputs = new InputPlanner(file.Path, session, model.Inputs, [output.Name]).Plan();
            var whole = new OnnxSession(session, inputs, output);
            planned = whole;
            whole.Probe();
            if (ReferenceEquals(model.Device[0], cpu)) return (inputs, output, whole);
            whole.Dispose();
            return (inputs, output, null);
        }
        catch
        {
            planned.Dispose();
            throw;
        }
    }
}

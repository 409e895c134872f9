using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>Opens a model's session on a device, and tells whether the device does anything for it.</summary>
internal static class DeviceOpening
{
    /// <summary>Null where the device is not here or has no kernels for the model; the notes say which.</summary>
    /// <exception cref="ScoringException">The model cannot be scored on any device, or a required device is not here.</exception>
    public static OnnxSession? TryOpen(ModelFile file, byte[] bytes, DeviceOptions device, IReadOnlyList<InputPlan> inputs, ScoreOutput output, List<string> notes)
    {
        if (device.Name == ScoringDevice.Cpu) return Probed(Open(file, bytes, device, inputs, output));
        using var turn = DeviceGate.Enter(DeviceGate.Of(device));
        try
        {
            var placement = Place(file, bytes, device, inputs, output);
            if (placement.OnDevice == 0) throw new ScoringException($"it has kernels for none of the model's operators ({string.Join(", ", placement.CpuOperators)})");
            if (placement.CpuOperators.Count > 0) notes.Add($"{device.Name} has no kernels for {string.Join(", ", placement.CpuOperators)}: {placement.Nodes.Count - placement.OnDevice} of {placement.Nodes.Count} nodes run on the cpu");
            return Probed(Open(file, bytes, device, inputs, output));
        }
        catch (Exception e) when (e is ScoringException or OnnxRuntimeException)
        {
            var why = $"{device.Name} is not used: {(e is ScoringException ? e.Message : OrtErrors.OneLine(e))}";
            if (device.Required) throw new ScoringException($"{file.Path}: {why}, and it is required", e);
            notes.Add(why);
            return null;
        }
    }

    /// <exception cref="ScoringException">The device is not here, or cannot load the model.</exception>
    public static OnnxSession Open(ModelFile file, byte[] bytes, DeviceOptions device, IReadOnlyList<InputPlan> inputs, ScoreOutput output)
    {
        var gate = DeviceGate.Of(device);
        using var turn = DeviceGate.Enter(gate);
        var session = SessionLoader.Load(file, SessionLoader.Options(file, device), bytes);
        try
        {
            return new OnnxSession(session, inputs, output, MemoryOf(session, device, inputs), gate);
        }
        catch (OnnxRuntimeException e)
        {
            session.Dispose();
            throw new ScoringException(OrtErrors.OneLine(e), e);
        }
    }

    private static NodePlacement Place(ModelFile file, byte[] bytes, DeviceOptions device, IReadOnlyList<InputPlan> inputs, ScoreOutput output) =>
        NodePlacement.Measure(file, bytes, SessionLoader.Options(file, device), session =>
        {
            using var runner = new TileRunner(session, inputs, output.Name);
            runner.Run([.. inputs.Select(_ => Array.Empty<Apache.Arrow.IArrowArray>())], 0, 1, inputs.Select(input => input.FixedRows).FirstOrDefault(rows => rows is not null) ?? 2, (_, _, _) => { }, []);
        });

    /// <summary>Text has no place in a device's memory: such a model's rows are copied by ONNX Runtime.</summary>
    private static DeviceMemory? MemoryOf(InferenceSession session, DeviceOptions device, IReadOnlyList<InputPlan> inputs) =>
        ScoringDevice.MemoryOf(device) is { } name && inputs.All(input => input.Type != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String) ? new DeviceMemory(session, name) : null;

    private static OnnxSession Probed(OnnxSession session)
    {
        try
        {
            session.Probe();
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }
}

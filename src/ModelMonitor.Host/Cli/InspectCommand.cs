using System.CommandLine;
using ModelMonitor.Engine.Options;
using ModelMonitor.Host.Configuration;
using ModelMonitor.Host.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Cli;

/// <summary>`inspect`: what a model file holds, and what would run it here.</summary>
internal static class InspectCommand
{
    /// <summary>Weights listed; the rest is summed up.</summary>
    private const int MostTensors = 20;

    public static Command Make(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "An ONNX file" };
        var devices = new Option<string[]>("--device") { Description = "Devices to try beside cpu; default: cuda webgpu", AllowMultipleArgumentsPerToken = true };
        var command = new Command("inspect",
            """
            Prints a model's inputs and outputs, as declared and as they really come back, its operators, its weights and their norms,
            and which device would run which part of it here.

            Examples:
              modelmonitor inspect model.onnx
              modelmonitor inspect model.onnx --device cuda
            """) { file, devices };
        command.SetAction((parsed, _) => Faults.GuardAsync(terminal, () =>
            Task.FromResult(Run(terminal.Output, parsed.GetRequiredValue(file), parsed.GetValue(devices) is { Length: > 0 } named ? named : ["cuda", "webgpu"]))));
        return command;
    }

    private static int Run(TextWriter output, string path, string[] devices)
    {
        foreach (var unknown in devices.Except(ScoringDevice.Known))
            throw new CliException($"--device: '{unknown}' is none of {string.Join(", ", ScoringDevice.Known)}{Suggestion.For(unknown, ScoringDevice.Known)}");
        var inspection = ModelInspection.Of(ModelFile.Read(path), [new(ScoringDevice.Cpu), .. devices.Where(device => device != ScoringDevice.Cpu).Select(device => new DeviceOptions(device))]);
        output.WriteLine($"{path}: {Figures.Count(inspection.File.Bytes.Length)} bytes, sha256 {inspection.File.Sha256}");
        WriteGraph(output, inspection.Graph);
        WriteTensors(output, "input", inspection.Inputs);
        WriteTensors(output, "output", inspection.Outputs);
        foreach (var note in inspection.Notes) output.WriteLine($"  note      {note}");
        WriteWeights(output, inspection);
        foreach (var (device, placement, why) in inspection.Placements) output.WriteLine($"  device    {device}: {(placement is null ? why : Describe(placement))}");
        return ExitCode.Done;
    }

    private static void WriteGraph(TextWriter output, OnnxGraph? graph)
    {
        if (graph is null) return;
        var opsets = string.Join(", ", graph.Opsets.Select(opset => $"{(opset.Domain.Length == 0 ? "ai.onnx" : opset.Domain)} {opset.Version}"));
        output.WriteLine($"  written   {(graph.Producer.Length == 0 ? "by nobody who says so" : $"by {graph.Producer}")}; IR {graph.IrVersion}; operator sets {opsets}");
        var operators = graph.Nodes.SelectMany(node => node.All).GroupBy(node => node.Domain.Length == 0 ? node.Operator : $"{node.Domain}.{node.Operator}")
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal);
        output.WriteLine($"  operators {string.Join(", ", operators.Select(group => $"{group.Key} {group.Count()}"))}");
    }

    private static void WriteTensors(TextWriter output, string what, IEnumerable<InspectedTensor> tensors)
    {
        foreach (var tensor in tensors)
            output.WriteLine($"  {what,-9} {tensor.Name}: {tensor.Declared}{(tensor.Found.Count == 0 ? "" : $"; comes back as {string.Join(", ", tensor.Found.Select(found => $"{found.Shape} for {found.Rows} rows"))}")}");
    }

    private static void WriteWeights(TextWriter output, ModelInspection inspection)
    {
        var tensors = inspection.Weights?.Tensors ?? [];
        foreach (var tensor in tensors.Take(MostTensors))
            output.WriteLine($"  weights   {tensor.Tensor}: {Figures.Count(tensor.Elements)} elements, L1 {Figures.Number(tensor.L1)}, L2 {Figures.Number(tensor.Frobenius)}, largest {Figures.Number(tensor.Largest)}, near zero {Figures.Percent(tensor.NearZeroShare)}");
        if (tensors.Count > MostTensors) output.WriteLine($"  weights   {tensors.Count - MostTensors} more tensors with {Figures.Count(tensors.Skip(MostTensors).Sum(tensor => tensor.Elements))} elements");
        foreach (var left in inspection.Weights?.LeftOut ?? []) output.WriteLine($"  weights   not counted: {left}");
    }

    private static string Describe(NodePlacement placement)
    {
        if (placement.Nodes.Count == 0) return "it loads; no node runs, all is folded into constants";
        var byProvider = placement.Nodes.GroupBy(node => node.Provider).Select(group => $"{group.Count()} of {placement.Nodes.Count} nodes on {group.Key} ({Operators(group.Select(node => node.Operator))})");
        return string.Join("; ", byProvider);
    }

    private static string Operators(IEnumerable<string> operators) =>
        string.Join(", ", operators.GroupBy(name => name).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => group.Count() == 1 ? group.Key : $"{group.Key} ×{group.Count()}"));
}

namespace ModelMonitor.Host.Init;

/// <summary>An input of a model.</summary>
/// <param name="IsText">It takes texts.</param>
/// <param name="Width">Numbers per row; null where the file leaves it open.</param>
internal sealed record InputFacts(string Name, bool IsText, int? Width);

/// <summary>An output of a model.</summary>
/// <param name="IsLabel">Whole numbers, truth values or texts: what is predicted, without a score.</param>
/// <param name="Width">Values per row as they came back; null where the model did not run on zeros.</param>
/// <param name="Classes">Those behind its columns, where the file says.</param>
/// <param name="Maker">The operator that makes it; empty where the file cannot be walked.</param>
internal sealed record OutputFacts(string Name, bool IsLabel, int? Width, IReadOnlyList<string> Classes, string Maker);

/// <summary>What an ONNX file takes and gives back.</summary>
internal sealed record ModelFacts(string Path, IReadOnlyList<InputFacts> Inputs, IReadOnlyList<OutputFacts> Outputs);

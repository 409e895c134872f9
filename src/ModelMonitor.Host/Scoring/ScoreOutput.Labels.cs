using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Core;

namespace ModelMonitor.Host.Scoring;

/// <summary>Outputs that are the predicted label: whole numbers, truth values, texts.</summary>
internal sealed partial class ScoreOutput
{
    private static bool IsLabel(TensorElementType type) => type is TensorElementType.String or TensorElementType.Bool or
        TensorElementType.Int8 or TensorElementType.Int16 or TensorElementType.Int32 or TensorElementType.Int64 or
        TensorElementType.UInt8 or TensorElementType.UInt16 or TensorElementType.UInt32 or TensorElementType.UInt64;

    /// <summary>1 for the positive class and 0 for others; the probability 1 for the class; a regression's number as it is.</summary>
    private void ReadLabels(OrtValue tensor, TensorElementType type, int width, Span<double> scores)
    {
        if (width != 1) throw Fault($"has {width} {OrtNames.Of(type)} values per row; a label is one");
        if (activation != Engine.Options.ScoreActivation.None) throw Fault($"is a tensor({OrtNames.Of(type)}): a label has no activation");
        if (task == TaskKind.Regression)
        {
            if (type is TensorElementType.String or TensorElementType.Bool) throw Fault($"is a tensor({OrtNames.Of(type)}); a regression's is of numbers");
            for (var row = 0; row < scores.Length; row++) scores[row] = Number(tensor, type, row);
            return;
        }

        if (task == TaskKind.Multiclass) scores.Clear();
        for (var row = 0; row < scores.Length / Width; row++)
        {
            var text = Label(tensor, type, row);
            if (task == TaskKind.Multiclass)
            {
                var place = PlaceOf(text);
                if (place >= 0) scores[(row * Width) + place] = 1;
                else scores.Slice(row * Width, Width).Fill(double.NaN);
            }
            else
            {
                scores[row] = IsPositive(text, type) ? 1 : 0;
            }
        }
    }

    private int PlaceOf(string label)
    {
        for (var k = 0; k < classes!.Count; k++)
            if (classes[k] == label) return k;
        return -1;
    }

    private bool IsPositive(string label, TensorElementType type)
    {
        var wanted = positive?.Text ?? (classes is [_, var second] ? second : "1");
        return label == wanted || (type == TensorElementType.Bool && wanted == (label == "true" ? "1" : "0"));
    }

    private static string Label(OrtValue tensor, TensorElementType type, int row) => type switch
    {
        TensorElementType.String => tensor.GetStringElement(row),
        TensorElementType.Bool => tensor.GetTensorDataAsSpan<bool>()[row] ? "true" : "false",
        TensorElementType.UInt64 => tensor.GetTensorDataAsSpan<ulong>()[row].ToString(CultureInfo.InvariantCulture),
        _ => Number(tensor, type, row).ToString(CultureInfo.InvariantCulture),
    };

    private static long Number(OrtValue tensor, TensorElementType type, int row) => type switch
    {
        TensorElementType.Int8 => tensor.GetTensorDataAsSpan<sbyte>()[row],
        TensorElementType.Int16 => tensor.GetTensorDataAsSpan<short>()[row],
        TensorElementType.Int32 => tensor.GetTensorDataAsSpan<int>()[row],
        TensorElementType.Int64 => tensor.GetTensorDataAsSpan<long>()[row],
        TensorElementType.UInt8 => tensor.GetTensorDataAsSpan<byte>()[row],
        TensorElementType.UInt16 => tensor.GetTensorDataAsSpan<ushort>()[row],
        TensorElementType.UInt32 => tensor.GetTensorDataAsSpan<uint>()[row],
        _ => (long)Math.Min(tensor.GetTensorDataAsSpan<ulong>()[row], long.MaxValue),
    };
}

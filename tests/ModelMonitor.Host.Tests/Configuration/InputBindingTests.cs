using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>What `inputs` and `score` say about tensors.</summary>
public sealed class InputBindingTests
{
    [Fact]
    public void An_input_is_a_list_of_columns_or_a_mapping_with_defaults_or_a_value()
    {
        var inputs = Bound("inputs: { a: x, b: [x, y], c: { columns: [x, y], default: -1 }, d: { columns: x, default: { x: none } }, e: { value: 16000 } }").Inputs;
        Assert.Equal(["a", "b", "c", "d", "e"], inputs.Select(input => input.Name));
        Assert.Equal([["x"], ["x", "y"], ["x", "y"], ["x"], []], inputs.Select(input => input.Columns));
        Assert.Equal([null, null, "-1", null, null], inputs.Select(input => input.Default));
        Assert.Equal("none", inputs[3].Defaults["x"]);
        Assert.Equal([null, null, null, null, "16000"], inputs.Select(input => input.Value));
    }

    [Fact]
    public void An_input_that_says_nothing_or_too_much_is_a_fault_at_its_place()
    {
        Assert.Contains("inputs.a.columns: must name at least one column, unless there is a value for all rows", Fault("inputs: { a: { default: 0 } }"), StringComparison.Ordinal);
        Assert.Contains("inputs.a.value: stands alone", Fault("inputs: { a: { columns: x, value: 0 } }"), StringComparison.Ordinal);
        Assert.Contains("inputs.a.default.z: is none of the input's columns", Fault("inputs: { a: { columns: [x, y], default: { z: 0 } } }"), StringComparison.Ordinal);
        Assert.Contains("inputs.a.colums: is no known key", Fault("inputs: { a: { colums: x, value: 1 } }"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_is_one_of_two_and_none_for_a_regression()
    {
        Assert.Equal(ScoreActivation.Softmax, Bound("inputs: { a: x }", "score: { activation: softmax }").ScoreActivation);
        Assert.Equal(ScoreActivation.None, Bound("inputs: { a: x }").ScoreActivation);
        Assert.Contains("score.activation: must be one of sigmoid, softmax; found 'sigmod'", Fault("inputs: { a: x }", "score: { activation: sigmod }"), StringComparison.Ordinal);
    }

    private static ModelOptions Bound(params string[] lines) => Assert.Single(ConfigurationText.Options(Text(lines)).Models);

    private static string Fault(params string[] lines) => ConfigurationText.Fault(Text(lines));

    private static string Text(string[] lines) => $"models:\n  m:\n    version: 1\n    task: binary\n    onnx: model.onnx\n    reference: {{ train: train.arrows }}\n    {string.Join("\n    ", lines)}\n";
}

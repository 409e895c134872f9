using ModelMonitor.Core;
using ModelMonitor.Host.Init;
using static ModelMonitor.Host.Tests.Init.Facts;

namespace ModelMonitor.Host.Tests.Init;

/// <summary>Which task, which output, which class is positive.</summary>
public sealed class TaskGuesserTests
{
    private static readonly OutputFacts Label = new("label", true, 1, [], "Cast");

    [Fact]
    public void A_classifiers_classes_tell_binary_from_multiclass()
    {
        Assert.Equal(TaskKind.Binary, Guess(null, Score(2, "ZipMap", "0", "1")).Task.Value);
        var many = Guess(null, Score(3, "ZipMap", "a", "b", "c"));
        Assert.Equal(TaskKind.Multiclass, many.Task.Value);
        Assert.Null(many.Classes.Value);
    }

    [Fact]
    public void One_number_a_row_is_what_the_label_is()
    {
        Assert.Equal(TaskKind.Binary, Guess(Codes("y", 2), Score()).Task.Value);
        Assert.Equal(TaskKind.Regression, Guess(Number("y"), Score()).Task.Value);
        Assert.True(Guess(Texts("y", "a", "b", "c"), Score()).Task.Left!.Required);
        Assert.Null(Guess(null, Score()).Task.Value);
    }

    [Fact]
    public void The_output_that_holds_scores_is_preferred_to_the_label_and_two_of_them_are_left_to_a_person()
    {
        Assert.Equal("out", Guess(Codes("y", 2), Label, Score(2)).Output.Value);
        Assert.Equal("probs", Guess(Codes("y", 2), Score(2), Score(2) with { Name = "probs" }).Output.Value);
        Assert.Equal("score.output", Guess(Codes("y", 2), Score(), Score() with { Name = "other" }).Output.Left!.What);
    }

    [Fact]
    public void The_positive_class_is_the_one_that_says_so_or_the_second_and_the_label_may_write_it_otherwise()
    {
        Assert.Equal("yes", Guess(Texts("y", "no", "yes"), Score(2, "ZipMap", "no", "yes")).Positive.Value);
        var second = Guess(Texts("y", "churned", "stayed"), Score(2, "ZipMap", "churned", "stayed")).Positive;
        Assert.Equal("stayed", second.Value);
        Assert.Contains("turn it round", second.Note, StringComparison.Ordinal);
        var mapped = Guess(Texts("y", "N", "Y"), Score(2));
        Assert.Equal(("1", "Y"), (mapped.Positive.Value, mapped.LabelPositive.Value));
        Assert.Null(Guess(Codes("y", 2), Score(2)).LabelPositive.Value);
        Assert.True(Guess(Texts("y", "a", "b", "c"), Score(2)).LabelPositive.Left!.Required);
    }

    [Fact]
    public void Logits_get_their_activation()
    {
        Assert.Equal("sigmoid", Guess(Codes("y", 2), Score(1, "Gemm")).Activation.Value);
        Assert.Equal("softmax", Guess(Codes("y", 3), Score(3, "Add")).Activation.Value);
        Assert.Null(Guess(Codes("y", 2), Score()).Activation.Value);
        Assert.Null(Guess(Number("y"), Score(1, "Gemm")).Activation.Value);
    }

    [Fact]
    public void Classes_that_the_file_does_not_say_are_the_labels_values_where_these_are_as_many()
    {
        Assert.Equal(["0", "1", "2"], Guess(Codes("y", 3), Score(3)).Classes.Value);
        Assert.Equal("score.classes", Guess(Codes("y", 2), Score(3)).Classes.Left!.What);
    }

    private static TaskGuess Guess(ColumnFacts? label, params OutputFacts[] outputs) => TaskGuesser.Guess(Tensor(1, outputs), label);
}
